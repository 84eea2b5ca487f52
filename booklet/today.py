"""The day a booklet is built for.

Notices begin and end, consents and reviews run out: a result holds for every day on which all questions that were asked
of the day have the same answers. So the day notes them, and what was made yesterday is known to hold today.
"""

from __future__ import annotations

import datetime
from datetime import timedelta


class Today:
    """A day that notes what it is asked. Not a `date`, so that nobody compares with it unnoticed."""

    def __init__(self, day: datetime.date) -> None:
        self._day = day
        self._first, self._last = datetime.date.min, datetime.date.max

    @property
    def holds(self) -> tuple[datetime.date, datetime.date]:
        """The first and the last day on which everything asked so far has the same answer."""
        return self._first, self._last

    @property
    def date(self) -> datetime.date:
        """The day itself, for a text that prints it."""
        self._first = self._last = self._day
        return self._day

    @property
    def year(self) -> int:
        """The year that it lies in."""
        self._narrow(datetime.date(self._day.year, 1, 1), datetime.date(self._day.year, 12, 31))
        return self._day.year

    def is_after(self, other: datetime.date) -> bool:
        """True when that day is over."""
        after = self._day > other
        if after:
            self._narrow(other + timedelta(days=1), datetime.date.max)
        else:
            self._narrow(datetime.date.min, other)
        return after

    def is_within(self, first: datetime.date, last: datetime.date) -> bool:
        """True from the first day to the last, both included."""
        started = self.is_after(first - timedelta(days=1)) if first > datetime.date.min else True
        return started and not self.is_after(last)

    def _narrow(self, first: datetime.date, last: datetime.date) -> None:
        self._first, self._last = max(self._first, first), min(self._last, last)
