"""Steps of work done by processes of this machine: what others wait for first, the longest first.

One process is as right as eight: what a step gives depends on its inputs alone. None is this one, so that a library
that brings its process down, or a system short of memory, ends one step and not the command. Processes end with the
one that started them, and leave an interrupt to it.
"""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from typing import Any

from booklet.bounds import end_with
from booklet.findings import BookletError

_GARBAGE_AFTER = (20_000, 20, 20)
"""Objects made, and collections, until garbage is looked for. Nearly all that a step makes stays until its end: looking
through it as often as Python does took an eighth of the time.
"""


_START = "fork" if sys.platform == "linux" else "spawn"
"""How a process begins: where that is safe, as a copy of this one, with all libraries loaded."""


class WorkerEndedError(BookletError):
    """A process ended before its work was done: a library failed, or the system stopped it for want of memory."""


@dataclass(frozen=True)
class Step:
    """One piece of work: a function of this package, its arguments, the steps whose results come behind these, and
    those that must only be done before. `cost` says how long it takes, against others; `if_ended` stands for its
    result where its process ended over it.
    """

    name: Hashable
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    inputs: tuple[Hashable, ...] = ()
    after: tuple[Hashable, ...] = ()
    cost: float = 1.0
    if_ended: Any = None


Done = Callable[[Step, int], None]
"""Told of each step that is done, and how many are."""
Pool = Callable[[Sequence[Step], int, Callable[..., None], tuple[Any, ...], Done], dict[Hashable, Any]]
"""What does steps as `run` does, here or elsewhere."""


def run(
    steps: Sequence[Step],
    processes: int,
    prepare: Callable[..., None],
    context: tuple[Any, ...],
    done: Done = lambda *_: None,
) -> dict[Hashable, Any]:
    """The result of each step by its name. Every process calls `prepare` with the context first; `done` is told of each
    step, and how many are. Raises WorkerEndedError for a step that has nothing to stand for its result, and whatever a
    step raises.
    """
    workers = [_worker(prepare, context) for _ in range(min(max(processes, 1), len(steps)))]
    try:
        return _run_in(workers, in_order(steps), lambda: _worker(prepare, context), done)
    finally:
        _end(workers)


def collect_seldom() -> None:
    """Have this process look for garbage less often, because it typesets."""
    gc.set_threshold(*_GARBAGE_AFTER)


def in_order(steps: Sequence[Step]) -> list[Step]:
    """The steps, each behind all that it waits for."""
    waiting, ordered, ready = list(steps), [], set[Hashable]()
    while waiting:
        now = [step for step in waiting if ready.issuperset((*step.inputs, *step.after))]
        if not now:
            raise ValueError("steps wait for one another")
        ordered += now
        ready |= {step.name for step in now}
        waiting = [step for step in waiting if step.name not in ready]
    return ordered


def _run_in(
    workers: list[ProcessPoolExecutor],
    steps: Sequence[Step],
    another: Callable[[], ProcessPoolExecutor],
    done: Done,
) -> dict[Hashable, Any]:
    """A worker has one step at a time, so that it is known over which one it ended; then another takes its place."""
    results: dict[Hashable, Any] = {}
    weights = weights_of(steps)
    waiting = sorted(steps, key=lambda step: -weights[step.name])
    running: dict[Future[Any], tuple[Step, int]] = {}
    while waiting or running:
        idle = set(range(len(workers))) - {number for _, number in running.values()}
        for step in list(waiting):
            if not idle:
                break
            if results.keys() >= {*step.inputs, *step.after}:
                number = min(idle)
                inputs = (results[name] for name in step.inputs)
                running[workers[number].submit(step.function, *step.arguments, *inputs)] = step, number
                idle.remove(number)
                waiting.remove(step)
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            step, number = running.pop(future)
            try:
                results[step.name] = future.result()
            except BrokenProcessPool as reason:
                if step.if_ended is None:
                    raise WorkerEndedError("A process ended before its work was done.") from reason
                results[step.name] = step.if_ended
                workers[number] = another()
            done(step, len(results))
    return results


def weights_of(steps: Sequence[Step]) -> Mapping[Hashable, float]:
    """How long it takes from the start of each step until everything that waits for it can be done."""
    weights: dict[Hashable, float] = {}
    for step in reversed(in_order(steps)):
        weights[step.name] = weights.get(step.name, 0.0) + step.cost
        for name in (*step.inputs, *step.after):
            weights[name] = max(weights.get(name, 0.0), weights[step.name])
    return weights


def _worker(prepare: Callable[..., None], context: tuple[Any, ...]) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, get_context(_START), _begin, (prepare, context))


def _begin(prepare: Callable[..., None], context: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the one process that talks to people
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    parent = parent_process()
    if parent is not None and parent.pid is not None:
        end_with(parent.pid)
    collect_seldom()
    gc.freeze()  # what was there before is no garbage, and stays shared as long as nobody looks through it
    prepare(*context)


def _end(workers: Sequence[ProcessPoolExecutor]) -> None:
    """Stop the processes, whatever they are doing, and wait until none writes any longer."""
    processes = [process for worker in workers for process in (worker._processes or {}).values()]
    for worker in workers:
        worker.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
    for process in processes:
        process.join()
