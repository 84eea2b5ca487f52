"""What runs on a worker: one function, from bytes to bytes. It hands a task to a process of its own and waits.

The worker's own process answers the scheduler and its neighbours meanwhile, loads nothing that makes pages, and stops
the other one as soon as nobody wants the result any longer.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from distributed import get_worker

from booklet.findings import BookletError
from booklet.store import Store
from booklet_cluster.wire import PROJECTS, Facts, Parcel, Task, decoded, encoded, receive, send, unpack

ATTEMPTS = 2
"""So often is a step begun whose process the system stops."""
KEPT_PROJECTS = 4
_LOOK_SECONDS = 0.5
_IDLE: list[subprocess.Popen[bytes]] = []
"""Processes of this worker that wait for a task, with all that they have loaded."""


def keep(sources: bytes) -> bytes:
    """The sources of a project, for all tasks: what the scheduler can make again when the worker that has them ends."""
    return sources


def perform(facts: Mapping[str, str], task: bytes, sources: bytes, *parcels: bytes) -> bytes:
    """The parcel of a task, given the parcels of those before it. `facts` are those of where it comes from."""
    try:
        return encoded(_performed(dict(facts), task, sources, [decoded(parcel, Parcel) for parcel in parcels]))
    except BookletError as reason:
        return encoded(Parcel(refusal=str(reason)))


def _performed(facts: Facts, content: bytes, sources: bytes, parcels: list[Parcel]) -> Parcel:
    for parcel in parcels:
        if parcel.refusal:
            return parcel
    task = decoded(content, Task)
    worker = get_worker()
    key = worker.get_current_task()
    folder = Path(worker.local_directory, "booklet")
    store = Store(folder / "store")
    if _have_project(folder / PROJECTS, task.sources, sources):
        store.trim()
    brought = _have_entries(store, parcels)
    results = dict(zip(task.parcels, (parcel.result for parcel in parcels), strict=True))
    cached = [key for parcel in parcels for key in parcel.cached]
    request = encoded((facts, content, [results[name] for name in task.inputs], brought, cached))

    def is_wanted() -> bool:
        state = worker.state.tasks.get(key)
        return state is not None and state.state in ("executing", "long-running")

    for _ in range(ATTEMPTS):
        answer = _asked(folder, request, is_wanted)
        if answer is not None:
            return decoded(answer, Parcel)
        if not is_wanted():
            return Parcel(refusal="Nobody waits for it any longer.")
    return Parcel(
        refusal=f"A worker's process was stopped {ATTEMPTS} times at {task.step}, most likely for want of memory."
    )


def _have_project(projects: Path, name: str, sources: bytes) -> bool:
    """Write the sources down, and forget those of long ago. False when they were there."""
    if (projects / name).is_dir():
        return False
    projects.mkdir(parents=True, exist_ok=True)
    aside = projects / f"{name}.{uuid4().hex}"
    unpack(sources, aside)
    try:
        aside.rename(projects / name)
    except OSError:  # another thread was faster
        shutil.rmtree(aside, ignore_errors=True)
    for old in sorted(projects.iterdir(), key=lambda path: path.stat().st_mtime)[:-KEPT_PROJECTS]:
        shutil.rmtree(old, ignore_errors=True)
    return True


def _have_entries(store: Store, parcels: list[Parcel]) -> list[str]:
    """Put the entries that came along into the store, as far as they are whole, and name them."""
    keys = []
    for parcel in parcels:
        for key, entry in parcel.entries.items():
            if store.has(key) or store.take(key, entry):
                keys.append(key)
    return keys


def _asked(folder: Path, request: bytes, is_wanted: Callable[[], bool]) -> bytes | None:
    """The answer of a process; None where it ended, or was stopped because nobody wants it."""
    process = _IDLE.pop() if _IDLE else _started(folder)
    assert process.stdin and process.stdout
    with _stopping(process, is_wanted):
        try:
            send(process.stdin, request)
            answer = receive(process.stdout)
        except OSError:
            answer = None
    if answer is None:
        process.kill()
        process.wait()
        process.stdout.close()
    else:
        _IDLE.append(process)
    return answer


def _started(folder: Path) -> subprocess.Popen[bytes]:
    # -P: no file of the folder that one happens to be in is taken for a module
    code = "import sys; from pathlib import Path; from booklet_cluster.steps import serve; "
    code += "serve(int(sys.argv[1]), Path(sys.argv[2]))"
    command = [sys.executable, "-P", "-c", code, str(os.getpid()), str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@contextmanager
def _stopping(process: subprocess.Popen[bytes], is_wanted: Callable[[], bool]) -> Iterator[None]:
    """Stop a process as soon as nobody wants what it makes."""
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(_LOOK_SECONDS):
            if not is_wanted():
                process.kill()
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()
