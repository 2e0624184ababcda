"""What the gateway sends to change a file, and what GitHub answers where the branch is protected."""

from base64 import b64encode

import pytest

from ghapp.core.facts import Sha
from ghapp.github.client import GitHubClient
from ghapp.github.errors import Protected, Refused, Stale, Unavailable
from ghapp.github.gateway import File
from ghapp.github.rest import RestGateway
from tests.github.conftest import REPO
from tests.support.scripted_github import Reply, ScriptedGitHub

pytestmark = pytest.mark.enable_socket

CONTENTS = "/repos/acme/api/contents/docs/OWNERS.yaml"
PATH = "docs/OWNERS.yaml"
WRITTEN = Reply(200, {"commit": {"sha": "c1"}, "content": {"sha": "b2"}})


@pytest.fixture
def gateway(client: GitHubClient) -> RestGateway:
    return RestGateway(client)


@pytest.mark.parametrize("bom", [False, True])
async def test_a_commit_replaces_the_version_that_was_read(
    gateway: RestGateway, scripted: ScriptedGitHub, bom: bool
) -> None:
    raw = ("\ufeff" if bom else "").encode() + b"one\r\n"
    read = {"type": "file", "encoding": "base64", "content": b64encode(raw).decode(), "sha": "b1"}
    scripted.on("GET", CONTENTS, read)
    scripted.on("PUT", CONTENTS, WRITTEN)
    file = await gateway.read_file(REPO, PATH)
    assert file == File("one\r\n", Sha("b1"), bom=bom)
    assert await gateway.commit_file(REPO, PATH, file, message="Say one") == "c1"
    (sent,) = scripted.asked("PUT", CONTENTS)
    assert sent.body == {
        "message": "Say one",
        "content": b64encode(raw).decode(),
        "sha": "b1",
    }


async def test_a_commit_to_a_branch(gateway: RestGateway, scripted: ScriptedGitHub) -> None:
    scripted.on("PUT", CONTENTS, WRITTEN)
    await gateway.commit_file(REPO, PATH, File("x", Sha("b1")), message="m", branch="ghapp/x")
    assert scripted.api_requests[0].body["branch"] == "ghapp/x"


async def test_an_answer_that_cannot_be_read_may_be_a_commit(
    gateway: RestGateway, scripted: ScriptedGitHub
) -> None:
    scripted.on("PUT", CONTENTS, Reply(200, {"content": {"sha": "b2"}}))
    with pytest.raises(Unavailable) as told:
        await gateway.commit_file(REPO, PATH, File("x", Sha("b1")), message="m")
    assert told.value.uncertain


SHA = "0123456789012345678901234567890123456789"


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        pytest.param(409, f"{PATH} does not match {SHA}", Stale, id="changed"),
        pytest.param(409, f"is at {SHA} but expected {SHA}", Stale, id="the branch moved"),
        pytest.param(
            409,
            "Could not update file: Changes must be made through a pull request.",
            Protected,
            id="pull requests only",
        ),
        pytest.param(
            409,
            "Could not update file: 2 of 2 required status checks are expected.",
            Protected,
            id="checks",
        ),
        pytest.param(
            409,
            "Repository rule violations found\n\nCommits must have verified signatures.\n\n",
            Protected,
            id="a ruleset",
        ),
        pytest.param(
            422, "Repository rule violations found\n\n", Protected, id="a ruleset, another status"
        ),
        pytest.param(403, "Protected branch update failed for main", Protected, id="403"),
        pytest.param(
            403, "You're not authorized to push to this branch.", Protected, id="not by the App"
        ),
        pytest.param(403, "Resource not accessible by integration", Refused, id="no permission"),
        pytest.param(422, 'Invalid request.\n\n"sha" wasn\'t supplied.', Refused, id="our fault"),
    ],
)
async def test_why_a_commit_is_refused(
    gateway: RestGateway,
    scripted: ScriptedGitHub,
    status: int,
    message: str,
    kind: type[Refused],
) -> None:
    scripted.on("PUT", CONTENTS, Reply(status, {"message": message}))
    with pytest.raises(Refused) as told:
        await gateway.commit_file(REPO, PATH, File("x", Sha("b1")), message="m")
    assert type(told.value) is kind
    assert (told.value.status, told.value.message) == (status, message)


class TestBranch:
    REF = "/repos/acme/api/git/ref/heads/release/1.0"
    REFS = "/repos/acme/api/git/refs"

    async def test_it_begins_where_another_is(
        self, gateway: RestGateway, scripted: ScriptedGitHub
    ) -> None:
        scripted.on("GET", self.REF, {"object": {"sha": "c1"}})
        scripted.on("POST", self.REFS, Reply(201, {"ref": "refs/heads/ghapp/x"}))
        await gateway.create_branch(REPO, "ghapp/x", base="release/1.0")
        assert scripted.api_requests[-1].body == {"ref": "refs/heads/ghapp/x", "sha": "c1"}

    async def test_one_that_is_there_is_fine(
        self, gateway: RestGateway, scripted: ScriptedGitHub
    ) -> None:
        scripted.on("GET", self.REF, {"object": {"sha": "c1"}})
        scripted.on("POST", self.REFS, Reply(422, {"message": "Reference already exists"}))
        await gateway.create_branch(REPO, "ghapp/x", base="release/1.0")

    @pytest.mark.parametrize(
        ("status", "message"), [(422, "Object does not exist"), (403, "Reference already exists")]
    )
    async def test_other_refusals_are_final(
        self, gateway: RestGateway, scripted: ScriptedGitHub, status: int, message: str
    ) -> None:
        scripted.on("GET", self.REF, {"object": {"sha": "c1"}})
        scripted.on("POST", self.REFS, Reply(status, {"message": message}))
        with pytest.raises(Refused):
            await gateway.create_branch(REPO, "ghapp/x", base="release/1.0")


class TestPull:
    PULLS = "/repos/acme/api/pulls"

    async def test_it_is_opened(self, gateway: RestGateway, scripted: ScriptedGitHub) -> None:
        scripted.on("GET", self.PULLS, [])
        scripted.on("POST", self.PULLS, Reply(201, {"number": 12}))
        number = await gateway.open_pull(REPO, title="t", body="b", head="ghapp/x", base="main")
        assert number == 12
        look, made = scripted.api_requests
        assert look.query == {"head": "acme:ghapp/x", "state": "all"}
        assert made.body == {"title": "t", "body": "b", "head": "ghapp/x", "base": "main"}

    async def test_that_of_the_branch_is_found(
        self, gateway: RestGateway, scripted: ScriptedGitHub
    ) -> None:
        scripted.on("GET", self.PULLS, [{"number": 12}])
        number = await gateway.open_pull(REPO, title="t", body="b", head="ghapp/x", base="main")
        assert number == 12
        assert scripted.asked("POST", self.PULLS) == []
