"""Every feature of a rotation in every zone, above all where its offset changes, against a slow and plain oracle."""

from datetime import UTC, datetime, time, timedelta
from itertools import count, pairwise
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.rotation import Why, members, next_shift, on_call, shifts, timeline
from ghapp.core.zoned import to_instant, to_wall
from ghapp.model.types import Away, Hours, Member, Override, Person, Rotation, Weekday

PEOPLE = ("alice", "bob", "carol")
ZONES = sorted(available_timezones())
UNITS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1)}
DAY = timedelta(days=1)


# --- a slow and plain statement of the rules


def served(made: Rotation, at: datetime) -> bool:
    """Some day's window, midnight to midnight or its hours, holds the instant."""
    near = to_wall(at, made.timezone).date()
    for day in (near + n * DAY for n in (-1, 0, 1)):
        if made.days and day.weekday() not in made.days:
            continue
        begin, end = datetime.combine(day, time()), datetime.combine(day + DAY, time())
        if made.hours is not None:
            begin = datetime.combine(day, made.hours.start)
            end = datetime.combine(day, made.hours.end)
            end += DAY if made.hours.end < made.hours.start else timedelta(0)
        if to_instant(begin, made.timezone) <= at < to_instant(end, made.timezone):
            return True
    return False


def counts(made: Rotation, wall: datetime) -> bool:
    """Whether a handoff on the grid happens."""
    if made.shift == "weekly" or not (made.days or made.hours):
        return True
    if made.shift == "daily":
        return not made.days or wall.weekday() in made.days
    plain = made.model_copy(update={"timezone": ZoneInfo("UTC")})
    return served(plain, wall.replace(tzinfo=UTC))


def ring_at(made: Rotation, at: datetime) -> list[str] | None:
    """Walk every handoff from the start; the order at the last one, or None before the first."""
    ring, last, ticks = None, -1, 0
    for number in count():
        wall = made.start + number * UNITS[made.shift]
        if to_instant(wall, made.timezone) > at:
            return ring
        if not counts(made, wall):
            continue
        if ticks % made.length == 0:
            there = [
                place
                for place, one in enumerate(made.members)
                if (one.from_ is None or one.from_ <= wall)
                and (one.until is None or wall < one.until)
            ]
            order = [n for n in there if n > last] + [n for n in there if n <= last]
            last = order[0] if order else last
            ring = [made.logins[place] for place in order]
        ticks += 1
    raise AssertionError


def away(people: dict[str, Person], login: str, at: datetime) -> bool:
    person = people.get(login, Person())
    today = to_wall(at, person.timezone).date()
    return any(one.from_ <= today <= one.to for one in person.away)


def expected(made: Rotation, at: datetime, people: dict[str, Person]) -> str | None:
    for one in reversed(made.overrides):
        if to_instant(one.from_, made.timezone) <= at < to_instant(one.to, made.timezone):
            return one.person
    ring = ring_at(made, at) if served(made, at) else None
    return next((login for login in ring or () if not away(people, login, at)), None)


# --- rotations of every kind


def change_of_offset(zone: str, year: int) -> list[datetime]:
    days = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(0, 368, 4)]
    offsets = [day.astimezone(ZoneInfo(zone)).utcoffset() for day in days]
    return [
        day for day, (one, other) in zip(days, pairwise(offsets), strict=False) if one != other
    ] or days[:1]


minutes = st.integers(0, 24 * 60 - 1).map(lambda n: time(n // 60, n % 60))
spread = st.integers(-10, 40 * 24 * 2).map(lambda halves: timedelta(minutes=30 * halves))


@st.composite
def spans(draw, start: datetime) -> tuple[datetime, datetime]:
    begin = start + draw(spread)
    return begin, begin + timedelta(minutes=draw(st.integers(1, 20_000)))


@st.composite
def rotations(draw, *, overrides: bool = True, comers: bool = True, served_times: bool = True):
    zone = draw(st.sampled_from(ZONES))
    day = draw(st.sampled_from(change_of_offset(zone, draw(st.integers(1975, 2050)))))
    shift = draw(st.sampled_from(sorted(UNITS)))
    start = (day - draw(st.timedeltas(timedelta(0), timedelta(days=9)))).replace(
        tzinfo=None, second=0, microsecond=0
    )
    logins = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=5))
    made = Rotation(
        people=tuple(draw(member(start, login) if comers else st.just(login)) for login in logins),
        shift=shift,
        length=draw(st.integers(1, 4)),
        start=start,
        timezone=ZoneInfo(zone),
        days=tuple(draw(st.sets(st.sampled_from(Weekday)))) if served_times else (),
        overrides=tuple(
            Override(person=draw(st.sampled_from(PEOPLE)), from_=begin, to=end)
            for begin, end in draw(st.lists(spans(start), max_size=4))
        )
        if overrides
        else (),
    )
    begin, end = draw(st.tuples(minutes, minutes))
    whole = begin == end or not served_times or draw(st.booleans())
    try:
        return made if whole else rebuilt(made, hours=Hours(start=begin, end=end))
    except ValueError:  # the hours hold no handoff
        return made


def rebuilt(made: Rotation, **changes: object) -> Rotation:
    return Rotation(**{name: getattr(made, name) for name in Rotation.model_fields} | changes)


@st.composite
def member(draw, start: datetime, login: str) -> str | Member:
    kind = draw(st.sampled_from(["always", "always", "joins", "leaves", "both"]))
    begin, end = draw(spans(start))
    if kind == "always":
        return login
    return Member(
        login=login,
        from_=None if kind == "leaves" else begin,
        until=None if kind == "joins" else end,
    )


@st.composite
def absences(draw, made: Rotation) -> dict[str, Person]:
    first = made.start.date()
    found = {}
    for login in draw(st.sets(st.sampled_from(PEOPLE))):
        begins = draw(st.lists(st.integers(-3, 40), max_size=3))
        found[login] = Person(
            timezone=ZoneInfo(draw(st.sampled_from(ZONES))),
            away=tuple(
                Away(from_=first + n * DAY, to=first + (n + draw(st.integers(0, 9))) * DAY)
                for n in begins
            ),
        )
    return found


@st.composite
def cases(draw, **kinds: bool):
    made = draw(rotations(**kinds))
    people = draw(absences(made))
    start = to_instant(made.start, made.timezone)
    at = start + draw(spread) + timedelta(seconds=draw(st.integers(0, 3600)))
    return made, people, at


# --- who


@given(cases())
def test_who_is_on_call_is_what_the_rules_say(case):
    made, people, at = case
    found = on_call(made, at, people)
    assert (found and found.person) == expected(made, at, people)
    if found is not None:
        assert found.start <= at < found.end


@given(cases(), st.timedeltas(timedelta(0), timedelta(days=20)))
def test_the_timeline_tiles_the_range_and_agrees_with_every_instant(case, length):
    made, people, at = case
    line = list(timeline(made, at, at + length, people))
    assert all(one.end == other.start for one, other in pairwise(line))
    assert all(one.start < one.end for one in line)
    if not length:
        assert line == []
        return
    assert line[0].start <= at < line[0].end
    assert line[-1].start < at + length <= line[-1].end
    for one in line:
        if one.person is None:
            assert at <= one.start
            assert one.end <= at + length
            assert on_call(made, max(one.start, at), people) is None
        else:
            assert on_call(made, one.start, people) == one
            assert on_call(made, one.end - timedelta(microseconds=1), people) == one
    assert [one for one in line if one.person] == list(shifts(made, at, at + length, people))


@given(cases())
def test_gaps_of_one_kind_are_one_and_say_why(case):
    made, people, at = case
    line = list(timeline(made, at, at + timedelta(days=20), people))
    assert not [1 for one, other in pairwise(line) if one.person is None and one.why == other.why]
    for one in line:
        assert (one.person is None) == (one.why in {Why.VACANT, Why.OFF, Why.AWAY})
        if one.why is Why.OFF:
            assert not served(made, one.start)
        if one.why is Why.AWAY:
            assert all(away(people, login, one.start) for login in members(made, one.start))
        if one.why is Why.COVER:
            assert away(people, one.instead_of, one.start)
            assert members(made, one.start)[0] == one.instead_of != one.person


@given(cases())
def test_next_is_the_first_that_does_not_go_on_with_the_turn(case):
    made, people, at = case
    current, following = on_call(made, at, people), next_shift(made, at, people)
    begin = at if current is None else current.end
    if following is None:
        assert not [
            one
            for one in shifts(made, begin, begin + timedelta(days=60), people)
            if current is None or (one.turn, one.person) != (current.turn, current.person)
        ]
        return
    assert following.start >= begin
    between = [one for one in shifts(made, begin, following.start, people) if one != following]
    assert all(
        current is not None and (one.turn, one.person) == (current.turn, current.person)
        for one in between
    )


# --- turns


@given(cases(overrides=False, comers=False))
def test_everybody_has_as_many_turns(case):
    """Over whole cycles, without absences: each as many ticks of the grid that count."""
    made, _, _ = case
    grid = (made.start + number * UNITS[made.shift] for number in count())
    cycle = made.length * len(made.logins)
    ticks = [
        wall
        for wall, _ in zip((w for w in grid if counts(made, w)), range(cycle + 1), strict=False)
    ]
    tally = dict.fromkeys(made.logins, 0)
    for wall in ticks[:cycle]:
        at = to_instant(wall, made.timezone)
        if all(to_instant(other, made.timezone) != at for other in ticks if other != wall):
            tally[members(made, at)[0]] += 1
        else:  # an empty shift in a gap: it was somebody's turn all the same
            return
    assert tally == {login: made.length * made.logins.count(login) for login in made.logins}


@given(cases(served_times=False, overrides=False))
def test_a_joiner_changes_nothing_before(case):
    made, people, _ = case
    joins = max((one.from_ for one in made.members if one.from_), default=None)
    if joins is None:
        return
    before = tuple(one for one in made.members if one.from_ != joins)
    if not before:
        return
    without = rebuilt(made, people=before)
    begin = to_instant(made.start, made.timezone)
    end = to_instant(joins, made.timezone)
    assert persons(made, begin, end, people) == persons(without, begin, end, people)


@given(cases(), st.integers(0, 5), st.sampled_from(PEOPLE), spread)
def test_whoever_is_put_into_the_list_from_a_time_on_changes_nothing_before(
    case, place, login, later
):
    made, people, _ = case
    joins = made.start + later
    listed = [*made.people]
    listed.insert(min(place, len(listed)), Member(login=login, from_=joins))
    begin, end = to_instant(made.start, made.timezone), to_instant(joins, made.timezone)
    after = rebuilt(made, people=tuple(listed))
    if later > timedelta(0):
        assert persons(after, begin, end, people) == persons(made, begin, end, people)


@given(cases(), st.data())
def test_whoever_leaves_changes_nothing_before(case, data):
    made, people, _ = case
    leaves = made.start + abs(data.draw(spread))
    place = data.draw(st.integers(0, len(made.people) - 1))
    listed = [*made.members]
    one = listed[place]
    if (one.from_ is not None and one.from_ >= leaves) or one.until is not None:
        return
    listed[place] = Member(login=one.login, from_=one.from_, until=leaves)
    begin, end = to_instant(made.start, made.timezone), to_instant(leaves, made.timezone)
    after = rebuilt(made, people=tuple(listed))
    assert persons(after, begin, end, people) == persons(made, begin, end, people)


def persons(made, begin, end, people) -> list[tuple[str | None, datetime, datetime]]:
    """Who from when to when, cut to a range."""
    if begin >= end:
        return []
    line = timeline(made, begin, end, people)
    return [(one.person, max(one.start, begin), min(one.end, end)) for one in line]


# --- absences and overrides


@given(cases(overrides=False))
def test_an_absence_moves_no_turn(case):
    """When nobody is away, and for everyone who is there, it is as if nobody had ever been away."""
    made, people, at = case
    found, plain = on_call(made, at, people), on_call(made, at)
    if plain is None:
        assert found is None
    elif not away(people, plain.person, at):
        assert found is not None
        assert (found.person, found.turn, found.why) == (plain.person, plain.turn, Why.TURN)
    elif found is not None:
        assert (found.instead_of, found.turn) == (plain.person, plain.turn)


@given(cases(), st.data())
def test_an_override_changes_only_its_own_time(case, data):
    made, people, at = case
    begin, end = data.draw(spans(made.start))
    one = Override(person=data.draw(st.sampled_from(PEOPLE)), from_=begin, to=end)
    after = rebuilt(made, overrides=(*made.overrides, one))
    before, found = on_call(made, at, people), on_call(after, at, people)
    if to_instant(begin, made.timezone) <= at < to_instant(end, made.timezone):
        assert found is not None
        assert (found.person, found.why) == (one.person, Why.OVERRIDE)
    else:
        assert (found and found.person) == (before and before.person)


@given(cases())
def test_an_override_of_no_effect_changes_nobody(case):
    made, people, at = case
    found = on_call(made, at, people)
    if found is None:
        return
    begin, end = (to_wall(edge, made.timezone) for edge in (found.start, found.end))
    if begin >= end:  # inside a repeated hour
        return
    one = Override(person=found.person, from_=begin, to=end)
    after = rebuilt(made, overrides=(*made.overrides, one))
    again = on_call(after, at, people)
    assert again is not None
    assert again.person == found.person


@given(cases())
def test_an_override_that_is_hidden_whole_might_as_well_not_be_there(case):
    made, people, at = case
    for one in made.overrides:
        hidden = Override(person="bob", from_=one.from_, to=one.to)
        after = rebuilt(made, overrides=(hidden, *made.overrides))
        assert on_call(after, at, people) == on_call(made, at, people)
