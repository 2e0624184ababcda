"""The drains as DBOS workflows: launch, start, recover what a vanished instance left, forget."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, SetWorkflowID

from ghapp.engine.database import bookkeeping_engine, is_sqlite
from ghapp.engine.lease import lock_key

APPLICATION_VERSION = "ghapp-drain-1"
"""Fixed, because a drain is the same in every release: it asks what waits and handles it."""

RECOVERY_LOCK = 0x6768_6170_7003
OVER = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
KEEP_OVER = timedelta(minutes=10)
CHUNK = 500

Run = Callable[[str, str, bool], None]
_run: Run | None = None


@DBOS.workflow(name="drain", max_recovery_attempts=None)
def drain(conversation: str, woken: bool) -> None:
    """Run whatever waits for a conversation; without steps, since the handler looks before it acts."""
    if _run is None:
        return  # stopping: the rows wait, and the next start looks for them
    _run(DBOS.workflow_id or "", conversation, woken)


def launch(db: sa.Engine, executor: str, run: Run) -> None:
    """Start DBOS on the shared database; `run` gets each drain in a thread of its own.

    It is given the ticket, the conversation, and whether the handler is to run without rows too.
    """
    global _run  # noqa: PLW0603 - DBOS is one per process, and so are its workflows
    _quiet_logs()
    config: DBOSConfig = {
        "name": "ghapp",
        "system_database_url": db.url.render_as_string(hide_password=False),
        "system_database_engine": bookkeeping_engine(db),
        "application_version": APPLICATION_VERSION,
        "executor_id": executor,
        "log_level": "WARNING",
        "use_listen_notify": False,
        "notification_listener_polling_interval_sec": 0.1,
        "scheduler_polling_interval_sec": 3600.0,
    }
    _run = run
    DBOS(config=config)
    try:
        DBOS.launch()
    except BaseException:
        shut_down()
        raise


def shut_down() -> None:
    """Stop DBOS; the drains must have returned, else they are recovered at the next start."""
    global _run  # noqa: PLW0603 - see launch
    _run = None
    DBOS.destroy()


def start(ticket: str, conversation: str, woken: bool) -> None:
    """Record a drain under its ticket and run it at once; after a crash it runs again.

    Not by way of a DBOS queue: those are polled, at 7 ms of processor time a look, which would cost
    a tenth of a second of latency or a tenth of a processor. The engine itself keeps drains of one
    conversation apart.
    """
    with SetWorkflowID(ticket):
        DBOS.start_workflow(drain, conversation, woken)


def unfinished(executor: str) -> bool:
    """Whether drains of an instance have not been recorded as ended."""
    return bool(
        DBOS.list_workflows(
            status="PENDING", executor_id=executor, limit=1, load_input=False, load_output=False
        )
    )


def forget_over(now: datetime) -> int:
    """Delete the record of drains that ended a while ago; how many they were."""
    forgotten = 0
    while True:
        ended = DBOS.list_workflows(
            status=OVER,
            completed_before=(now - KEEP_OVER).isoformat(),
            limit=CHUNK,
            load_input=False,
            load_output=False,
        )
        if ended:
            DBOS.delete_workflows([one.workflow_id for one in ended])
        forgotten += len(ended)
        if len(ended) < CHUNK:
            return forgotten


def resume_vanished(db: sa.Engine, own: str, suspects: set[str]) -> set[str]:
    """Give to the others the running drains of instances that are gone; PostgreSQL only.

    An instance is gone when its lock was free at two looks in a row, so that one whose session broke
    has had the time to notice and to stop. Returns the suspects for the next look.
    """
    if is_sqlite(db):
        return set()
    gone: set[str] = set()
    with db.begin() as connection:
        # One instance at a time: what the first one resumed must not be resumed again by the second.
        if not connection.execute(
            sa.select(sa.func.pg_try_advisory_xact_lock(RECOVERY_LOCK))
        ).scalar():
            return suspects
        left: dict[str, list[str]] = {}
        for one in DBOS.list_workflows(status="PENDING", load_input=False, load_output=False):
            if one.executor_id and one.executor_id != own:
                left.setdefault(one.executor_id, []).append(one.workflow_id)
        for executor, workflows in left.items():
            if connection.execute(
                sa.select(sa.func.pg_try_advisory_xact_lock(lock_key(executor)))
            ).scalar():
                gone.add(executor)
                if executor in suspects:
                    DBOS.resume_workflows(workflows)
    return gone


def _quiet_logs() -> None:
    """Let DBOS log like everything else: through the root logger, warnings only."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())  # else DBOS adds one that prints
    logger.propagate = True
