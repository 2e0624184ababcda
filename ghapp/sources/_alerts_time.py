"""Times as RFC 3339 writes them, the only form that names one instant without guessing."""

import re
from datetime import UTC, datetime

_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_RFC_3339 = re.compile(
    rf"(?P<date>{_DATE})[Tt ](?P<minute>[0-9]{{2}}:[0-9]{{2}}):(?P<second>[0-9]{{2}})"
    r"(?P<fraction>\.[0-9]+)?(?P<offset>[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_MICROSECONDS = 7
"""A point and six digits: what a datetime holds of a fraction."""


def rfc3339(text: str) -> datetime | None:
    """The instant in UTC; None when the text is of another form, without an offset, or no date at all.

    A leap second (`:60`) reads as the second before it, as clocks without leap seconds show it.
    https://www.rfc-editor.org/rfc/rfc3339#section-5.6
    """
    found = _RFC_3339.fullmatch(text)
    if found is None:
        return None
    second = "59" if found["second"] == "60" else found["second"]
    fraction = (found["fraction"] or "")[:_MICROSECONDS]
    offset = found["offset"].upper()
    try:
        local = datetime.fromisoformat(
            f"{found['date']}T{found['minute']}:{second}{fraction}{offset}"
        )
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
