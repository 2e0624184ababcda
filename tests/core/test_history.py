"""What a timeline comes to, in whatever order its happenings are told."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.history import Happening, History, Mark, What, guide_key
from ghapp.model.names import Login
from tests.support.builders import HOME, NOW
from tests.support.items import ALICE, BOB, BOT, CREATED, DAVE, ago, happening, said


def history(*happenings: Happening) -> History:
    return History.of(DAVE, CREATED, NOW, happenings)


LIFE = [
    pytest.param(happening(What.COMMENTED, 5, DAVE), True, id="S10 a comment"),
    pytest.param(happening(What.REVIEWED, 5, about="approved"), True, id="S10 a review"),
    pytest.param(happening(What.PUSHED, 5, DAVE), True, id="S10 a push"),
    pytest.param(happening(What.ASSIGNED, 5, about="bob"), True, id="S10 assigned by a person"),
    pytest.param(happening(What.READY, 5, DAVE), True, id="S10 ready for review"),
    pytest.param(happening(What.REOPENED, 5, DAVE), True, id="S17 reopened"),
    pytest.param(happening(What.COMMENTED, 5, BOT), False, id="S10 a bot's comment"),
    pytest.param(happening(What.PUSHED, 5, BOT), False, id="S10 a bot's push"),
    pytest.param(happening(What.ASSIGNED, 5, BOT, about="bob"), False, id="S10 assigned by a bot"),
    pytest.param(happening(What.LABELED, 5, BOT, about="x"), False, id="S10 a bot's label"),
    pytest.param(said("hygiene:acme/ops#7:stale:x", 5), False, id="S10 our own comment"),
    pytest.param(happening(What.OTHER, 5, BOT), False, id="S10 carried over by us"),
    pytest.param(happening(What.LABELED, 5, about="stale"), False, id="S13 a person's label"),
    pytest.param(happening(What.LINKED, 5, about=""), False, id="a commit elsewhere"),
]


@pytest.mark.parametrize(("one", "lives"), LIFE)
def test_what_is_a_sign_of_life(one: Happening, lives: bool) -> None:
    assert history(one).human_at == (ago(5) if lives else CREATED)


@pytest.mark.parametrize(
    ("one", "answer", "word"),
    [
        pytest.param(happening(What.COMMENTED, 5, ALICE), ago(5), CREATED, id="a maintainer"),
        pytest.param(
            happening(What.REVIEWED, 5, ALICE, about="commented"), ago(5), CREATED, id="a reviewer"
        ),
        pytest.param(happening(What.COMMENTED, 5, DAVE), None, ago(5), id="S09 the reporter"),
        pytest.param(
            happening(What.COMMENTED, 5, DAVE, member=True), None, ago(5),
            id="S09 a reporter who may write",
        ),
        pytest.param(
            happening(What.COMMENTED, 5, Login("erin")), None, ago(5), id="S09 a passer-by"
        ),
        pytest.param(happening(What.PUSHED, 5, ALICE), None, ago(5), id="a push"),
        pytest.param(happening(What.ASSIGNED, 5, ALICE, about="bob"), None, CREATED, id="no word"),
        pytest.param(happening(What.COMMENTED, 5, BOT), None, CREATED, id="a bot"),
    ],
)  # fmt: skip
def test_whose_word_it_is(one: Happening, answer: datetime | None, word: datetime) -> None:
    known = history(one)
    assert (known.answer_at, known.word_at) == (answer, word)


def test_s14_the_latest_setting_of_a_label_counts() -> None:
    known = history(
        happening(What.LABELED, 3, BOT, about="stale"),
        happening(What.LABELED, 90, about="Stale"),
        happening(What.UNLABELED, 40, about="STALE"),
    )
    assert known.labeled_at("Stale") == Mark(ago(3), by_bot=True)
    assert known.unlabeled_at("stale") == Mark(ago(40))
    assert known.labeled_at("bug") is known.unlabeled_at("bug") is None


def test_a_review_that_only_comments_changes_no_opinion() -> None:
    known = history(
        happening(What.REVIEWED, 5, about="approved"),
        happening(What.REVIEWED, 3, about="commented"),
    )
    assert known.reviewed["alice"] == Mark(ago(3))
    assert known.opinions["alice"].state == "approved"


def test_who_was_asked_and_by_whom_nothing_else() -> None:
    known = history(
        happening(What.REQUESTED, 5, about="Bob"), happening(What.UNREQUESTED, 4, about="bob")
    )
    assert known.requested["bob"] == Mark(ago(5))
    assert known.unrequested["bob"] == Mark(ago(4))
    assert known.active["alice"] == Mark(ago(4))
    assert known.human_at == CREATED


def test_what_the_app_has_said_and_what_its_guidance_asks() -> None:
    key = guide_key(HOME, 7)
    assert history().asks is None
    known = history(said(key, 5, "missing_area:"), said("hygiene:acme/ops#7:unassigned:p0", 4))
    assert known.asks == ("missing_area:",)
    assert known.said[key] == Mark(ago(5), by_bot=True)
    assert known.after(said(key, 5)).asks == ()


HAPPENINGS = st.lists(
    st.builds(
        happening,
        st.sampled_from([what for what in What if what is not What.COMMENTED]),
        st.integers(0, 40),
        st.sampled_from([ALICE, BOB, DAVE, BOT]),
        about=st.sampled_from(["alice", "stale", "approved", "commented"]),
    )
    | st.builds(happening, st.just(What.COMMENTED), st.integers(0, 40), st.sampled_from([DAVE])),
    max_size=12,
)


@given(given_=HAPPENINGS, data=st.data())
def test_neither_order_nor_repetition_matters(given_: list[Happening], data: st.DataObject) -> None:
    again = data.draw(st.permutations([*given_, *given_[:3]]))
    assert history(*again) == history(*given_)
