"""Opening hours as data: which days, from when until when, by whose clock."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
_DAY = "|".join(DAYS)
_DAYS = re.compile(rf"({_DAY})(?: ?- ?({_DAY}))?")
_SPAN = re.compile(r"(\d{1,2}):([0-5]\d) ?- ?(\d{1,2}):([0-5]\d)")
_HOLIDAYS = ("closed", "open")

Span = tuple[int, int]
"""From a minute until another, counted from the midnight at which the day begins; a night ends on the next day."""


@dataclass(frozen=True)
class Hours:
    """The spans of each day of the week, Monday first. `zone` is the clock they are told by (IANA), empty for that of
    whoever reads; `holidays` whether public holidays are `open` or `closed`, empty where it is not known.
    """

    week: tuple[tuple[Span, ...], ...]
    zone: str = ""
    holidays: str = ""


def read_hours(rows: Mapping[str, object]) -> Hours:
    """Rows such as `mon-fri: 9:00-17:00`, with `zone` and `holidays`. Raises ValueError."""
    week: list[tuple[Span, ...] | None] = [None] * 7
    zone, holidays = str(rows.get("zone") or ""), str(rows.get("holidays") or "")
    if zone and zone not in zoneinfo.available_timezones():
        raise ValueError(f"zone is '{zone}', which is not the name of a time zone, such as Europe/Dublin")
    if holidays and holidays not in _HOLIDAYS:
        raise ValueError("holidays is to be open or closed")
    for key, value in rows.items():
        if key in ("zone", "holidays"):
            continue
        spans = _spans(key, value)
        for day in _days(key):
            if week[day] is not None:
                raise ValueError(f"'{DAYS[day]}' is said twice")
            week[day] = spans
    if not any(week):
        raise ValueError("no day is open; without hours write null")
    return Hours(tuple(spans or () for spans in week), zone, holidays)


def _days(key: str) -> list[int]:
    days: list[int] = []
    for part in key.lower().split(","):
        found = _DAYS.fullmatch(part.strip())
        if not found:
            raise ValueError(f"'{key}' names no days, such as mon-fri or sat, sun; further keys are zone and holidays")
        first, last = DAYS.index(found[1]), DAYS.index(found[2] or found[1])
        days += [day % 7 for day in range(first, last + (1 if last >= first else 8))]
    return days


def _spans(key: str, value: object) -> tuple[Span, ...]:
    if value == "closed":
        return ()
    spans = []
    for part in str(value).split(","):
        found = _SPAN.fullmatch(part.strip())
        if not found:
            raise ValueError(f"'{key}' is '{value}', not times such as 9:00-17:00, or closed")
        start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
        if max(start, end) > DAY_MINUTES or start == end:
            raise ValueError(f"'{key}' is '{value}', of which the times do not fit a day")
        spans.append((start, end if end > start else end + DAY_MINUTES))
    return tuple(spans)
