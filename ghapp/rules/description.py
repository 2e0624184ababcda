"""The description of a pull request: what the repository's template asks for is answered."""

from ghapp.core.description import sections, unwritten
from ghapp.core.review_facts import Need, ReviewFacts
from ghapp.core.rule import ReviewRule
from ghapp.core.verdict import Reason, State, Unread
from ghapp.model.rule_settings import RuleSettings
from ghapp.model.values import Text

_NAME = "description"


class Description(RuleSettings):
    """Which parts of the description must be written."""

    sections: tuple[Text, ...] = ()
    """Headings; default: those of the repository's template, but for what says `optional`."""


def _check(facts: ReviewFacts, settings: Description) -> Reason | None:
    template = facts.template
    if isinstance(template, Unread):
        text = f"The template could not be read: {template.why}"
        return Reason(_NAME, State.UNKNOWN, "Could not read the template", text)
    wanted = settings.sections or _asked_for(template or "")
    missing = unwritten(facts.pull.body, wanted, template or "")
    if not missing:
        return Reason(_NAME, State.SATISFIED, "Described", "The description is written.")
    if missing == ("",):
        short = text = "The description is empty"
    else:
        short = f"Description lacks “{missing[0]}”"
        text = f"Nothing is written under {', '.join(f'“{one}”' for one in missing)}"
    return Reason(_NAME, State.REFUSED, short, f"{text}.", (facts.pull.author,))


def _asked_for(template: str) -> tuple[str, ...]:
    """The headings of a template; of one without any, that something is written at all."""
    names = [one for one in sections(template) if one and "optional" not in one.casefold()]
    return tuple(names) or ("",)


RULE = ReviewRule(
    name=_NAME,
    help="What the template of pull requests asks for is answered.",
    settings=Description,
    check=_check,
    needs=frozenset({Need.TEMPLATE}),
)
