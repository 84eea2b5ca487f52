"""Steps of work done by several processes, or by this one: what others wait for first, the longest first.

One process is as right as eight: what a step gives depends on its inputs alone. Processes end with the one that
started them, and leave an interrupt to it.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
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


class WorkerEndedError(BookletError):
    """A process ended before its work was done: the system stopped it, most likely for want of memory."""


@dataclass(frozen=True)
class Step:
    """One piece of work: a function of this package, its arguments, the steps whose results come behind these, and
    those that must only be done before. `cost` says how long it takes, against others.
    """

    name: Hashable
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    inputs: tuple[Hashable, ...] = ()
    after: tuple[Hashable, ...] = ()
    cost: float = 1.0


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
    step, and how many are. Raises WorkerEndedError, and whatever a step raises.
    """
    if processes < 2:
        prepare(*context)
        return _run_here(in_order(steps), done)
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _begin, (prepare, context))
    try:
        return _run_in(pool, processes, steps, done)
    except BrokenProcessPool as reason:
        raise WorkerEndedError("A process of the build was stopped, most likely for want of memory.") from reason
    finally:
        _end(pool)


def collect_seldom() -> None:
    """Have this process look for garbage less often, because it typesets."""
    gc.set_threshold(*_GARBAGE_AFTER)


def _run_here(steps: Iterable[Step], done: Done) -> dict[Hashable, Any]:
    results: dict[Hashable, Any] = {}
    for step in steps:
        results[step.name] = step.function(*step.arguments, *(results[name] for name in step.inputs))
        done(step, len(results))
    return results


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


def _run_in(pool: Executor, processes: int, steps: Sequence[Step], done: Done) -> dict[Hashable, Any]:
    results: dict[Hashable, Any] = {}
    weights = weights_of(steps)
    waiting = sorted(in_order(steps), key=lambda step: -weights[step.name])
    running: dict[Future[Any], Step] = {}
    while waiting or running:
        for step in list(waiting):
            if len(running) > processes:
                break
            if results.keys() >= {*step.inputs, *step.after}:
                inputs = (results[name] for name in step.inputs)
                running[pool.submit(step.function, *step.arguments, *inputs)] = step
                waiting.remove(step)
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            step = running.pop(future)
            results[step.name] = future.result()
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


def _begin(prepare: Callable[..., None], context: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the one process that talks to people
    parent = parent_process()
    if parent is not None and parent.pid is not None:
        end_with(parent.pid)
    collect_seldom()
    prepare(*context)


def _end(pool: ProcessPoolExecutor) -> None:
    """Stop the processes, whatever they are doing, and wait until none writes any longer."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
    for process in processes:
        process.join()
