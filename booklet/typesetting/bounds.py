"""Bounds of time and memory for work on what strangers wrote."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

MAX_SECONDS = 120.0
MAX_MEGABYTES = 6000.0


class TooMuchError(BaseException):
    """A part takes more time or memory than any honest part does. No `except Exception` of the engine may swallow
    it.
    """


@contextmanager
def within_bounds() -> Iterator[None]:
    """Raise TooMuchError when the work inside takes too long or the process grows too large.

    A timer looks once a second. Where there are no timers (Windows, other threads) there is no bound.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    import resource

    end = time.monotonic() + MAX_SECONDS

    def look(*_: object) -> None:
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
        if time.monotonic() > end or grown > MAX_MEGABYTES:
            raise TooMuchError(f"more than {MAX_SECONDS:.0f} seconds or {MAX_MEGABYTES:.0f} MB")

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 1, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
