"""Releases as GitHub makes them: with their tag, once for each tag, and with notes.

https://docs.github.com/en/rest/releases/releases
"""

from ghapp.demo.mends import Forward, Mend, read
from ghapp.demo.messages import Answer, Request, replaced

_ALL = "/repos/*/*/releases"


class Releases:
    """What the emulator lacks of releases; `notes` is what GitHub generates, by default what the emulator says."""

    def __init__(self) -> None:
        self.notes: str | None = None

    def mends(self) -> list[Mend]:
        """The routes."""
        return [
            Mend("POST", f"{_ALL}/generate-notes", self._generate),
            Mend("POST", _ALL, _publish),
        ]

    async def _generate(self, request: Request, forward: Forward) -> Answer:
        answer = await forward(request)
        if self.notes is None or answer.status != 200:
            return answer
        return Answer.of(200, {**answer.json, "body": self.notes})


async def _publish(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    sent = request.body if isinstance(request.body, dict) else {}
    if answer.status == 422:
        error = {"resource": "Release", "code": "already_exists", "field": "tag_name"}
        return Answer.refusal(422, "Validation Failed", errors=[error])
    if answer.status == 201 and not answer.json["draft"]:
        await _tag(request, forward, sent["tag_name"], answer.json["target_commitish"])
    return answer


async def _tag(request: Request, forward: Forward, tag: str, target: str) -> None:
    """GitHub creates the tag unless it is there; the emulator does not."""
    repo = "/".join(request.path.split("/")[:4])
    commit = await forward(read(request, f"{repo}/commits/{target}"))
    body = {"ref": f"refs/tags/{tag}", "sha": commit.json["sha"]}
    await forward(replaced(request.at(f"{repo}/git/refs"), body))
