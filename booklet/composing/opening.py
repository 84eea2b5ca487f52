"""Opening hours in words, by the clock of whoever reads them."""

from __future__ import annotations

import zoneinfo
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import groupby

from booklet.manuscript import DAY_MINUTES, Hours, Span
from booklet.words import Words

_WEEK = 7 * DAY_MINUTES
_HOLIDAYS = {"closed": "hours.holidays_closed", "open": "hours.holidays_open"}
_OR = {"here": "hours.or_here", "there": "hours.or_there"}
_AND = {"here": "hours.forward_here", "there": "hours.forward_there"}
"""The words for times that are others while clocks are an hour forward, here or there."""
_Week = list[tuple[str, str]]


def hours_in_words(hours: Hours | str | None, zone: str, year: int, words: Words) -> str:
    """Hours as they are printed where this zone's clock holds, in a year; words stay as they are.

    Where clocks are apart by another hour in half of the year, the times are told for both halves. Where that is less
    simple, the times are the service's own, with its place.
    """
    if hours is None or isinstance(hours, str):
        return hours or ""
    apart = hours_apart(zone, year, hours.zone) if hours.zone else (0,)
    if len(apart) > 2:
        place = hours.zone.rpartition("/")[2].replace("_", " ")
        return words("hours.of_place", hours=_week_in_words(_week_of(hours, words)), place=place) + _holidays(
            hours, words
        )
    usual, forward, where = _by_the_clocks(hours, zone, year, apart, words)
    if usual == forward:
        return _week_in_words(usual) + _holidays(hours, words)
    if len(usual) == 1 and [days for days, _ in usual] == [days for days, _ in forward]:
        told = words(_OR[where], hours=_week_in_words(usual), forward=forward[0][1])
    else:
        told = words(_AND[where], hours=_week_in_words(usual), forward=_week_in_words(forward))
    return told + _holidays(hours, words)


def _by_the_clocks(
    hours: Hours, zone: str, year: int, apart: tuple[float, ...], words: Words
) -> tuple[_Week, _Week, str]:
    """The week by the readers' clock while no clock is forward, and while one is: `here` or `there`."""
    if len(apart) < 2:
        week = _week_of(_moved(hours, apart[0]), words)
        return week, week, ""
    here, there = zoneinfo.ZoneInfo(zone), zoneinfo.ZoneInfo(hours.zone)
    forward = next(day for day in _days_of(year) if _is_forward(day, there) != _is_forward(day, here))
    ahead = _ahead_of(forward, here, there)
    usual = next(each for each in apart if each != ahead)
    where = "there" if _is_forward(forward, there) else "here"
    return _week_of(_moved(hours, usual), words), _week_of(_moved(hours, ahead), words), where


def hours_apart(zone: str, year: int, other: str) -> tuple[float, ...]:
    """By how many hours `other` is ahead of `zone` over a year, each different value once, smallest first."""
    here, there = zoneinfo.ZoneInfo(zone), zoneinfo.ZoneInfo(other)
    return tuple(sorted({_ahead_of(day, here, there) for day in _days_of(year)}))


def _days_of(year: int) -> list[datetime]:
    return [datetime.combine(date(year, 1, 1), time(12)) + timedelta(days=7 * week) for week in range(52)]


def _ahead_of(day: datetime, here: zoneinfo.ZoneInfo, there: zoneinfo.ZoneInfo) -> float:
    return (day.replace(tzinfo=here) - day.replace(tzinfo=there)).total_seconds() / 3600


def _is_forward(day: datetime, zone: zoneinfo.ZoneInfo) -> bool:
    offsets = [each.replace(tzinfo=zone).utcoffset() or timedelta() for each in _days_of(day.year)]
    return day.replace(tzinfo=zone).utcoffset() != min(offsets)


def _moved(hours: Hours, ahead: float) -> Hours:
    """The hours by a clock that is so many hours behind theirs."""
    week: list[list[Span]] = [[] for _ in range(7)]
    for day, spans in enumerate(hours.week):
        for start, end in spans:
            begins = (day * DAY_MINUTES + start - round(ahead * 60)) % _WEEK
            week[begins // DAY_MINUTES].append((begins % DAY_MINUTES, begins % DAY_MINUTES + end - start))
    return replace(hours, week=tuple(tuple(sorted(spans)) for spans in week))


def _week_of(hours: Hours, words: Words) -> _Week:
    """Days that have the same times, and those times, in words."""
    if all(sum(end - start for start, end in spans) >= DAY_MINUTES for spans in hours.week):
        return [("", words("hours.always"))]
    rows: dict[tuple[Span, ...], list[int]] = {}
    for day, spans in enumerate(hours.week):
        if spans:
            rows.setdefault(spans, []).append(day)
    return [
        (
            _days_in_words(days, words),
            _listed([_span(_clock(start, words), _clock(end, words), words) for start, end in spans], words),
        )
        for spans, days in rows.items()
    ]


def _week_in_words(week: _Week) -> str:
    return "; ".join(", ".join(filter(None, row)) for row in week)


def _days_in_words(days: list[int], words: Words) -> str:
    """`Monday to Friday`, `Saturday and Sunday`, `every day`."""
    if len(days) == 7:
        return words("hours.every_day")
    runs = [[day for _, day in run] for _, run in groupby(enumerate(days), lambda row: row[1] - row[0])]
    names = []
    for run in runs:
        if len(run) > 2:
            names.append(_span(words.days[run[0]], words.days[run[-1]], words))
        else:
            names += [words.days[day] for day in run]
    return _listed(names, words)


def _span(first: str, last: str, words: Words) -> str:
    return words("hours.span", first=first, last=last)


def _clock(minutes: int, words: Words) -> str:
    """`9 am`, `4.30 pm`, `noon`, `midnight`."""
    minutes %= DAY_MINUTES
    if minutes in (0, DAY_MINUTES // 2):
        return words("hours.midnight" if minutes == 0 else "hours.noon")
    hour, minute = divmod(minutes, 60)
    time = f"{(hour - 1) % 12 + 1}{f'.{minute:02}' if minute else ''}"
    return words("hours.morning" if hour < 12 else "hours.afternoon", time=time)


def _listed(names: list[str], words: Words) -> str:
    *first, last = names
    return words("list.and", first=words("list.comma").join(first), last=last) if first else last


def _holidays(hours: Hours, words: Words) -> str:
    return f"; {words(_HOLIDAYS[hours.holidays])}" if hours.holidays else ""
