"""Who has signed a release off: everyone once, never its author, each role by a person of its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ghapp.core.facts import Sha
from ghapp.core.gate_facts import SignOff
from ghapp.model.names import Login, same_login


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts of all that was said: of each person the last word that was not withdrawn.

    `void` are those whose `/go` was said of an earlier head, `own` whether the author said it.
    """

    gos: tuple[SignOff, ...] = ()
    no_gos: tuple[SignOff, ...] = ()
    void: tuple[SignOff, ...] = ()
    own: bool = False


def standing(said: Iterable[SignOff], author: Login, head: Sha, *, void_on_push: bool) -> Standing:
    """Sort out what was said. A `/no-go` stands whatever is pushed, until its author takes it back."""
    last: dict[str, SignOff] = {}
    for one in sorted(said, key=lambda one: one.at):
        if not one.withdrawn:
            last[one.by.casefold()] = one
    goes = [one for one in last.values() if one.go]
    others = [one for one in goes if not same_login(one.by, author)]
    void = [one for one in others if void_on_push and one.head != head]
    return Standing(
        gos=tuple(one for one in others if one not in void),
        no_gos=tuple(one for one in last.values() if not one.go),
        void=tuple(void),
        own=len(goes) > len(others),
    )


def is_among(login: Login, logins: Iterable[Login]) -> bool:
    """Whether a person is one of several, in whatever case."""
    return any(same_login(login, one) for one in logins)


def assigned(
    roles: Sequence[str], people: Mapping[str, Sequence[Login]], gos: Sequence[SignOff]
) -> dict[str, SignOff]:
    """Who signs for which role, so that nobody signs for two and as many roles as possible are signed for.

    The way to find it is https://en.wikipedia.org/wiki/Maximum_cardinality_matching, by augmenting paths.
    """
    role_of: dict[int, str] = {}

    def place(role: str, seen: set[int]) -> bool:
        for number, go in enumerate(gos):
            if number in seen or not is_among(go.by, people.get(role, ())):
                continue
            seen.add(number)
            if number not in role_of or place(role_of[number], seen):
                role_of[number] = role
                return True
        return False

    for role in dict.fromkeys(roles):
        place(role, set())
    return {role: gos[number] for number, role in role_of.items()}
