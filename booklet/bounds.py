"""Bounds of time and memory for work on what strangers wrote: chapters that are set, files that are read."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

MAX_SECONDS = 120.0
MAX_MEGABYTES = 6000.0


class TooMuchError(BaseException):
    """A part or a file takes more time or memory than any honest one does. No `except Exception` of a library may
    swallow it.
    """

    def __init__(self) -> None:
        super().__init__(f"more than {MAX_SECONDS:.0f} seconds or {MAX_MEGABYTES:.0f} MB")


@contextmanager
def within_bounds() -> Iterator[None]:
    """Raise TooMuchError when the work inside takes too long or the process grows too large.

    A timer looks once a second, and the system is asked to refuse more memory. Where there are no timers (Windows,
    other threads) there is no bound.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    import resource

    end = time.monotonic() + MAX_SECONDS

    def look(*_: object) -> None:
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
        if time.monotonic() > end or grown > MAX_MEGABYTES:
            raise TooMuchError

    before = signal.signal(signal.SIGALRM, look)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = min([int(MAX_MEGABYTES) * 1024**2, *(limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY)])
    with suppress(ValueError, OSError):  # macOS does not hold a process to it
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    signal.setitimer(signal.ITIMER_REAL, 1, 1)
    try:
        yield
    except MemoryError as reason:
        raise TooMuchError from reason
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        signal.signal(signal.SIGALRM, before)
