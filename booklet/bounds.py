"""The bounds of everything that reads what strangers wrote: time, memory and, where a library cannot be held to them,
a process of its own.

Sizes come first, since they are told before anything is read. Time is what the processor works, not what the clock
says: a busy machine changes no verdict. `SOURCE` is for one text, `PART` for a part that is set, `JOB` for the files
of a title that are finished and examined, `FILE` for a stranger's file that is looked into.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Bounds:
    """So much time of a processor, and so much memory beyond what the process had before. `refuses` has the system
    refuse more memory, which costs a little each time.
    """

    seconds: float
    megabytes: float
    refuses: bool = True

    def __str__(self) -> str:
        return f"more than {self.seconds:g} seconds or {self.megabytes:g} MB"


MAX_PDF_BYTES = 500_000_000
MAX_PICTURE_BYTES = 60_000_000
MAX_PICTURE_PIXELS = 120_000_000
"""Telephones take 108 million. A JPEG is read smaller than it is, so that few of them are ever unpacked."""
MAX_PROFILE_BYTES = 20_000_000
MAX_FONT_BYTES = 20_000_000
MAX_DRAWING_BYTES = 3_000_000
MAX_DRAWING_ELEMENTS = 5_000
MAX_DATA_BYTES = 2_000_000
MAX_EXCHANGE_BYTES = 20_000_000
"""Of a directory that another one hands over."""
MAX_CHAPTER_BYTES = 200_000
MAX_TEXT_CHARACTERS = 5_000
"""Of one line, paragraph, cell or value. What takes time by the square of a text's length takes it of so much."""
MAX_VALUES = 100_000
MAX_DEPTH = 20
"""How deep data may be nested, and how many parts a key may have."""
MAX_DRAWING_DEPTH = 100

SOURCE = Bounds(5, 500, refuses=False)
PART = Bounds(120, 2000)
JOB = Bounds(600, 2000)
FILE = Bounds(120, 3000)
SPREADSHEET = Bounds(120, 1500)
_PATIENCE = 10
"""So many times longer may the clock run than the processor, for a process of its own that waits for something."""
_LOOK_SECONDS = 0.5
_PR_SET_PDEATHSIG = 1


class TooMuchError(BaseException):
    """A text, a part or a file takes more time or memory than any honest one does. No `except Exception` of a library
    may swallow it.
    """

    def __init__(self, bounds: Bounds) -> None:
        super().__init__(str(bounds))


@dataclass(frozen=True)
class _Watch:
    """Bounds that hold now, and what time and memory may be when they are used up."""

    bounds: Bounds
    end_seconds: float
    end_bytes: int

    @property
    def is_over(self) -> bool:
        return time.process_time() > self.end_seconds or peak_bytes() > self.end_bytes


_WATCHES: list[_Watch] = []
"""What holds now, the outermost first."""
_HANDLERS: list[Any] = []
"""What heard the timer before it was ours; nothing while no timer runs."""


@contextmanager
def within_bounds(bounds: Bounds | None = None) -> Iterator[None]:
    """Raise TooMuchError when the work inside takes too long or the process grows too large: by default as a part may.

    A timer looks twice a second, as long as there is something to look at. Where there are no timers (Windows, other
    threads) there is no bound.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    bounds = bounds or PART
    watch = _Watch(bounds, time.process_time() + bounds.seconds, peak_bytes() + int(bounds.megabytes * 1024**2))
    _WATCHES.append(watch)
    if not _HANDLERS:
        _HANDLERS.append(signal.signal(signal.SIGALRM, _look))
        atexit.register(signal.setitimer, signal.ITIMER_REAL, 0)  # nobody hears it when Python is being taken down
        signal.setitimer(signal.ITIMER_REAL, _LOOK_SECONDS)
    try:
        with _refusing(bounds):
            yield
    except MemoryError as reason:
        raise TooMuchError(bounds) from reason
    finally:
        _WATCHES.pop()


def _look(*_: object) -> None:
    """Look again later, or give the timer back when there is nothing left to look at."""
    if not _WATCHES:
        signal.signal(signal.SIGALRM, _HANDLERS.pop())
        atexit.unregister(signal.setitimer)
        return
    signal.setitimer(signal.ITIMER_REAL, _LOOK_SECONDS)
    for watch in _WATCHES:
        if watch.is_over:
            raise TooMuchError(watch.bounds)


def _forget() -> None:
    """A process that begins as a copy of another has no timer, and nothing holds for it yet."""
    _WATCHES.clear()
    if _HANDLERS:
        signal.signal(signal.SIGALRM, _HANDLERS.pop())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


@contextmanager
def _refusing(bounds: Bounds) -> Iterator[None]:
    """The system refuses memory beyond the bounds. macOS does not hold a process to it."""
    if not bounds.refuses:
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = _address_bytes() + int(bounds.megabytes * 1024**2)
    with suppress(ValueError, OSError):
        resource.setrlimit(
            resource.RLIMIT_AS,
            (min([wanted, *(limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY)]), hard),
        )
    try:
        yield
    finally:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def peak_bytes() -> int:
    """The most memory that this process has had. What getrusage(2) says of that begins, on Linux, with what the process
    had that started this one.
    """
    try:
        with Path("/proc/self/status").open("rb") as file:
            return int(file.read().partition(b"VmHWM:")[2].split()[0]) * 1024
    except (OSError, IndexError):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _address_bytes() -> int:
    """How much memory this process may address now; what it has had where the system does not say."""
    try:
        with Path("/proc/self/statm").open("rb") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return peak_bytes()


def apart(bounds: Bounds, function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function of a module gives when it is called in a process of its own, which may take so much and no more.

    For libraries that hear no timer. Raises TooMuchError where it takes more or is stopped, and what the function
    raises.
    """
    task = pickle.dumps((os.getpid(), bounds, function.__module__, function.__qualname__, arguments))
    # -P: no file of the folder that one happens to be in is taken for a module
    command = [sys.executable, "-P", "-c", f"from {__name__} import _work; _work()"]
    try:
        done = subprocess.run(command, input=task, capture_output=True, timeout=bounds.seconds * _PATIENCE, check=False)
        if done.returncode:
            raise TooMuchError(bounds)
    except subprocess.TimeoutExpired as reason:
        raise TooMuchError(bounds) from reason
    result, raised = pickle.loads(done.stdout)
    if raised is not None:
        raise raised
    return result


def _work() -> None:
    """What the other process does: a task from standard input, a result to standard output. A memory too small ends
    it.
    """
    parent, bounds, module, name, arguments = pickle.load(sys.stdin.buffer)
    end_with(parent)
    answer = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints is no answer
    function = getattr(import_module(module), name)
    with suppress(ImportError, ValueError, OSError):
        import resource

        most = _address_bytes() + int(bounds.megabytes * 1024**2)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        seconds = max(1, int(time.process_time() + bounds.seconds))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    result, raised = None, None
    try:
        result = function(*arguments)
    except MemoryError:
        os._exit(1)
    except (Exception, TooMuchError) as reason:
        raised = reason
    with os.fdopen(answer, "wb") as file:
        pickle.dump((result, raised), file)


def end_with(parent: int) -> None:
    """End this process as soon as the one that started it has ended, however that ended."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_SECONDS / 2)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
