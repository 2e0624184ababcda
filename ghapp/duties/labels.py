"""Keeps the app's labels in the home repository: created once, with colour and description, never changed."""

from collections.abc import Collection

import structlog

from ghapp.core.facts import RepoName
from ghapp.core.labels import label_set
from ghapp.github.errors import GitHubError
from ghapp.github.gateway import Gateway
from ghapp.model.types import Model

log = structlog.get_logger(__name__)


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
