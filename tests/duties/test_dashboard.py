"""The page at `/`: what is open and who is on call, and nothing that only readers of the repository may know."""

from collections.abc import Sequence

import pytest

from ghapp.core.incident import Ack, Phase
from ghapp.duties.dashboard import Dashboard
from ghapp.model.names import Login
from tests.support.builders import HOME, NOW, firing, resolved
from tests.support.desk import Desk


async def page(desk: Desk, *, ready: bool = True, reasons: Sequence[str] = ()) -> str:
    shown = Dashboard(desk.records, desk.models, lambda: (ready, reasons), desk._now)
    with desk.spending() as spent:
        html = await shown.render()
    assert spent.methods == []
    return html


async def test_before_anything_happened(desk: Desk) -> None:
    html = await page(desk)
    assert "Working. 0 open incidents." in html
    assert "None." in html
    assert "<td>deployment</td><td>bob</td><td>carol</td>" in html


async def test_open_incidents_the_worst_first(desk: Desk) -> None:
    await desk.alert(firing(key="gcp:2", policy="other"), firing(), firing(key="gcp:3"))
    await desk.alert(resolved(key="gcp:3", minutes=1))
    html = await page(desk)
    assert "Working. 2 open incidents." in html
    assert html.index("sev2") < html.index("sev3")
    assert f"{HOME}#1" in html
    assert "waiting for an acknowledgement" in html
    assert f"{HOME}#3" not in html


async def test_titles_stay_on_github(desk: Desk) -> None:
    await desk.alert(firing(summary="The customer Acme cannot pay"))
    assert "Acme cannot" not in await page(desk)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        pytest.param({"ack": Ack(Login("bob"), NOW)}, "acknowledged", id="acknowledged"),
        pytest.param({"escalated": True}, "escalated to level 1", id="escalated"),
        pytest.param({"snoozed_until": NOW}, "snoozed", id="snoozed"),
        pytest.param({"phase": Phase.RECOVERED}, "recovered", id="recovered"),
    ],
)
async def test_the_state_of_each(desk: Desk, changes: dict[str, object], state: str) -> None:
    await desk.alert(firing())
    await desk.change(**changes)
    assert f"<td>{state}</td>" in await page(desk)


async def test_it_says_why_it_is_not_ready(desk: Desk) -> None:
    html = await page(desk, ready=False, reasons=["the <database> does not answer"])
    assert "Not ready:" in html
    assert "the &lt;database&gt; does not answer" in html


async def test_without_a_model(desk: Desk) -> None:
    desk.models._model = None
    assert "On call now" in await page(desk)
