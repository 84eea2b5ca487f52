"""What a command costs: CPU time of it and all its descendants, time on the wall, memory of all of them together."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmark.figures import median

SAMPLED_EVERY_S, SHORT_S = 0.1, 0.5
PROCESSES = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


class CommandError(Exception):
    """A measured command that failed, with the last it said."""


@dataclass(frozen=True)
class Usage:
    """CPU seconds, wall seconds, and the highest sum of memory in megabytes (None where it cannot be read, and for what
    ends too soon).
    """

    cpu_s: float
    wall_s: float
    peak_mb: float | None = None


def median_usage(usages: Sequence[Usage]) -> Usage:
    """The median of each cost."""
    peaks = [usage.peak_mb for usage in usages if usage.peak_mb is not None]
    return Usage(
        median(usage.cpu_s for usage in usages),
        median(usage.wall_s for usage in usages),
        median(peaks) if peaks else None,
    )


@dataclass(frozen=True)
class Outcome:
    """What a command cost, and what it said on standard error."""

    usage: Usage
    said: str


def measure(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None) -> Outcome:
    """Run a command in a folder, with this process's environment or another. Raises CommandError when it fails."""
    with tempfile.TemporaryFile("w+") as said:
        start = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=said)
        with peak_memory(process.pid) as peaks:
            _, status, used = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        words = said.read()
    if process.returncode:
        last = "\n".join(words.splitlines()[-12:])
        raise CommandError(f"{' '.join(map(str, command))}\nended with {process.returncode}:\n{last}")
    return Outcome(
        Usage(used.ru_utime + used.ru_stime, wall_s, max(peaks, default=None) if wall_s > SHORT_S else None), words
    )


@contextmanager
def peak_memory(pid: int) -> Iterator[list[float]]:
    """Samples the memory of a process and its descendants together, in megabytes, as long as the context lasts."""
    peaks: list[float] = []
    done = threading.Event()

    def sample() -> None:
        while not done.is_set():
            amounts = [_memory_mb(each) for each in (pid, *descendants(pid))]
            if any(amount is not None for amount in amounts):
                peaks[:] = [max([*peaks, sum(amount or 0.0 for amount in amounts)])]
            done.wait(SAMPLED_EVERY_S)

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    try:
        yield peaks
    finally:
        done.set()
        sampler.join()


def descendants(pid: int) -> list[int]:
    """The processes that a process started and that live, and theirs. None where the system does not say."""
    kids: dict[int, list[int]] = defaultdict(list)
    for path in PROCESSES.glob("[0-9]*/stat"):
        try:
            kids[int(_after_name(path)[1])].append(int(path.parent.name))
        except (OSError, ValueError, IndexError):
            continue
    found, waiting = [], [pid]
    while waiting:
        born = kids[waiting.pop()]
        found += born
        waiting += born
    return found


def _memory_mb(pid: int) -> float | None:
    """The proportional set size of a process: what it shares with others counts in parts."""
    try:
        found = re.search(r"^Pss:\s+(\d+) kB", (PROCESSES / f"{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) / 1000 if found else None


def tree_cpu_s() -> float:
    """CPU seconds of this process, of its descendants that live, and of those that ended and were waited for."""
    times = os.times()
    own = times.user + times.system + times.children_user + times.children_system
    return own + cpu_s_of(descendants(os.getpid()))


def cpu_s_of(pids: Iterable[int]) -> float:
    """CPU seconds of processes, and of what they started that ended and was waited for."""
    total = 0.0
    for pid in pids:
        try:
            total += sum(map(int, _after_name(PROCESSES / f"{pid}/stat")[11:15])) / TICKS
        except (OSError, ValueError):
            continue
    return total


def _after_name(path: Path) -> list[str]:
    """The fields of `/proc/PID/stat` after the name, which may hold blanks itself: state, parent and so on."""
    return path.read_text().rpartition(")")[2].split()
