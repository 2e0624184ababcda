"""What several know of documents and postmortems, taken together."""

from datetime import date

from ghapp.core.agenda_items import FollowUp
from ghapp.core.docs_review import Reviewed, State
from ghapp.core.postmortem import Action
from ghapp.duties.paperwork import Papers, Together
from ghapp.model.names import Login
from ghapp.model.types import Model
from tests.support.builders import model

DOCUMENT = Reviewed(path="docs/a.md", owner=Login("bob"), state=State.DUE, due=date(2026, 11, 22))
DOCS = Papers(documents=[DOCUMENT], links={"docs/a.md": "https://git.example/docs/a.md"})
POSTMORTEMS = Papers(late=[FollowUp(7, "Postmortem", True)], actions=[Action("watch it")])


class Knows:
    def __init__(self, papers: Papers) -> None:
        self._papers = papers

    async def papers(self, _model: Model) -> Papers:
        return self._papers


async def test_all_of_it() -> None:
    found = await Together(Knows(DOCS), Knows(POSTMORTEMS)).papers(model())
    assert found == Papers(
        documents=DOCS.documents,
        links=DOCS.links,
        late=POSTMORTEMS.late,
        actions=POSTMORTEMS.actions,
    )
