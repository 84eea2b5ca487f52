"""A scheduler and workers of Dask as real processes, as docs/scale.md starts them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmark.measuring import descendants

PROJECT = Path(__file__).resolve().parent.parent
TTL_SECONDS = 8
"""After so long without a sign of life the scheduler gives a worker up: sooner than a test lets it freeze."""
HANG_SECONDS = 120


@dataclass(frozen=True)
class Cluster:
    """A scheduler's address, its process, and the processes that each look after a worker."""

    address: str
    scheduler: subprocess.Popen[bytes]
    nannies: tuple[subprocess.Popen[bytes], ...]

    def worker(self, number: int) -> int:
        """The process of a worker that answers the scheduler."""
        (found,) = (pid for pid in descendants(self.nannies[number].pid) if "spawn_main" in command_of(pid))
        return found

    @property
    def processes(self) -> list[int]:
        """All of it."""
        first = [process.pid for process in (self.scheduler, *self.nannies)]
        return [pid for each in first for pid in (each, *descendants(each))]

    def at_work(self) -> list[int]:
        """The processes that do steps."""
        own = [pid for nanny in self.nannies for pid in descendants(nanny.pid)]
        return [pid for pid in own if "booklet_cluster.steps" in command_of(pid)]


def command_of(pid: int) -> str:
    """How a process was started; nothing when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


@contextmanager
def cluster(
    folder: Path, workers: int = 3, environment: Mapping[str, str] = {}, options: tuple[str, ...] = ()
) -> Iterator[Cluster]:
    """A scheduler and workers that need no disk but a folder of their own each. Their logs stay in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    own = {**os.environ, "PYTHONPATH": str(PROJECT), "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": f"{TTL_SECONDS}s"}
    own |= environment
    contact = folder / "scheduler.json"

    def start(module: str, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--no-dashboard", *options]
        with (folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(command, env=own, stdout=log, stderr=log, cwd=folder)

    place = ("--host", "127.0.0.1", "--port", "0")
    protocol = ("--protocol", "tls") if options else ()
    scheduler = start("dask_scheduler", "scheduler", *place, *protocol, "--scheduler-file", str(contact))
    nannies: list[subprocess.Popen[bytes]] = []
    try:
        address = _told(contact, scheduler)
        for number in range(workers):
            local = folder / f"worker-{number}"
            local.mkdir()
            nannies.append(
                start("dask_worker", local.name, address, "--nthreads", "1", "--local-directory", str(local))
            )
        yield Cluster(address, scheduler, tuple(nannies))
    finally:
        for process in (*nannies, scheduler):
            for pid in (process.pid, *descendants(process.pid)):
                _end(pid)
            process.wait()


def _told(contact: Path, scheduler: subprocess.Popen[bytes]) -> str:
    """The address that a scheduler writes down when it can be reached."""
    for _ in range(HANG_SECONDS * 5):
        try:
            return str(json.loads(contact.read_text("utf-8"))["address"])
        except (OSError, ValueError):
            assert scheduler.poll() is None, "the scheduler did not start"
            time.sleep(0.2)
    raise TimeoutError("the scheduler does not start")


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        return
