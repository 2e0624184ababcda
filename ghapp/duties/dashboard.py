"""The page at `/`: is it working, who is on call, what is open. Titles stay on GitHub, where access is checked."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import jinja2

from ghapp.core.who import on_call_for
from ghapp.duties.models import Models
from ghapp.duties.records import Records
from ghapp.duties.templates import templates_folder


class Dashboard:
    """Renders the page from the index and the model; asks GitHub nothing."""

    def __init__(
        self,
        records: Records,
        models: Models,
        ready: Callable[[], tuple[bool, Sequence[str]]],
        now: Callable[[], datetime],
        folder: Path | None = None,
    ) -> None:
        self._records = records
        self._models = models
        self._ready = ready
        self._now = now
        self._page = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folder or templates_folder()),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        ).get_template("dashboard.html")

    async def render(self) -> str:
        """The whole HTML page."""
        now, model = self._now(), self._models.current
        is_ready, reasons = self._ready()
        on_call = (
            [(name, on_call_for(name, model, now), area) for name, area in model.areas.items()]
            if model is not None
            else []
        )
        records = sorted(
            (await self._records.open()).values(),
            key=lambda record: (record.incident.severity, record.incident.opened_at),
        )
        return self._page.render(
            now=now, ready=is_ready, reasons=reasons, on_call=on_call, records=records
        )
