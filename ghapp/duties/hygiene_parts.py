"""Builds the duty of the backlog, and what others may ask of it."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from ghapp import plugins
from ghapp.core.facts import RepoName
from ghapp.duties.alarms import Alarms
from ghapp.duties.backlog_facts import ListedBacklog
from ghapp.duties.backlog_index import BacklogIndex
from ghapp.duties.backlog_sweep import Sweep
from ghapp.duties.backlog_view import IndexedBacklog
from ghapp.duties.hygiene import Hygiene
from ghapp.duties.reopening import Reopening
from ghapp.duties.replies import Replies
from ghapp.duties.standards import Standards
from ghapp.duties.texts import TemplateTexts
from ghapp.duties.tidying import Tidier
from ghapp.engine.store import Store
from ghapp.github.github import GitHub
from ghapp.github.reconciler import Reconciler


def backlogs(
    *,
    github: GitHub,
    store: Store,
    standards: Standards,
    reconciler: Reconciler,
    texts: TemplateTexts,
    replies: Replies,
    alarms: Alarms,
    home: RepoName,
    wake: Callable[[str], Awaitable[None]],
    now: Callable[[], datetime],
) -> Hygiene:
    """The duty over what it uses."""
    index, rules = BacklogIndex(store), tuple(plugins.hygiene_rules())
    return Hygiene(
        gateway=github,
        standards=standards,
        index=index,
        sweep=Sweep(github, index, store, rules, now),
        tidier=Tidier(github, index, reconciler, texts, now),
        reopening=Reopening(github, replies),
        alarms=alarms,
        rules=rules,
        home=home,
        wake=wake,
        now=now,
    )


def known_backlog(
    github: GitHub, store: Store, home: RepoName, now: Callable[[], datetime]
) -> IndexedBacklog:
    """The backlog of the home repository, for those who only read it."""
    listed = ListedBacklog(github, home, now)
    return IndexedBacklog(BacklogIndex(store), github, listed, home, now)
