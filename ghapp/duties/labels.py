"""Keeps the app's labels in the home repository: created once, with colour and description, never changed."""

from collections.abc import Callable, Collection, Iterable

import structlog

from ghapp.core.facts import RepoName
from ghapp.core.heartbeat import SOURCE as HEARTBEAT
from ghapp.core.labels import label_set
from ghapp.core.source import Source
from ghapp.github.errors import GitHubError
from ghapp.github.gateway import Gateway
from ghapp.model.types import Model

GITHUB = "github"
"""GitHub itself is a sender only for those whose rules say so; its webhook is on anyway."""

log = structlog.get_logger(__name__)


def raising(model: Model, sources: Iterable[Source], is_set: Callable[[str], object]) -> set[str]:
    """The names under which incidents may be raised: by the senders that are on, and by what OWNERS.yaml names.

    `is_set` says whether an environment variable is.
    """
    names = {
        source.raises
        for source in sources
        if source.name != GITHUB and all(map(is_set, source.variables))
    }
    rules = (rule.source for area in model.areas.values() for rule in area.alerts)
    if GITHUB in rules:
        names.add(GITHUB)
    return names | ({HEARTBEAT} if model.heartbeats else set())


async def ensure_labels(
    gateway: Gateway, home: RepoName, model: Model, sources: Collection[str]
) -> None:
    """Create the labels that are missing; without them GitHub would create grey ones, so trouble stops nothing.

    `sources` are the senders that are switched on.
    """
    try:
        there = {label.name.casefold() for label in await gateway.list_labels(home)}
        for spec in label_set(model, sources):
            if spec.name.casefold() not in there:
                await gateway.create_label(
                    home, name=spec.name, color=spec.color, description=spec.description
                )
    except GitHubError as error:
        log.warning("labels_postponed", reason=str(error))
