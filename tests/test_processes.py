"""Steps in processes: each behind what it waits for, the same results from one or two, and one step lost with one."""

from __future__ import annotations

import os
from collections.abc import Hashable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booklet.bounds import Bounds, TooMuchError, within_bounds
from booklet.processes import Step, WorkerEndedError, run

_FACTOR: list[int] = []


def prepare(factor: int) -> None:
    _FACTOR[:] = [factor]


def times(number: int, *others: int) -> int:
    return (number + sum(others)) * _FACTOR[0]


def end(*_: Any) -> None:
    os._exit(1)


def forever() -> None:
    with within_bounds(Bounds(0.2, 500)):
        while True:
            pass


def fail(*_: Any) -> None:
    raise LookupError("a mistake of our own")


@st.composite
def graphs(draw: st.DrawFn) -> list[Step]:
    """Steps in any order, each waiting for some that were thought of before it."""
    steps: list[Step] = []
    for number in range(draw(st.integers(0, 12))):
        before = st.lists(st.sampled_from(range(number)), unique=True, max_size=3) if number else st.just([])
        inputs, after = draw(before), draw(before)
        steps.append(Step(number, times, (number,), tuple(inputs), tuple(after), draw(st.floats(0, 9))))
    return draw(st.permutations(steps))


@settings(max_examples=50, deadline=None)
@given(graphs())
def test_each_step_comes_behind_what_it_waits_for(steps: list[Step]) -> None:
    told: list[Hashable] = []
    prepare(2)
    results = run(steps, 1, prepare, (2,), lambda step, count: told.append(step.name))
    assert sorted(map(str, told)) == sorted(str(step.name) for step in steps)
    for step in steps:
        assert all(told.index(name) < told.index(step.name) for name in (*step.inputs, *step.after))
        assert results[step.name] == times(*step.arguments, *(results[name] for name in step.inputs))


CHAIN = [Step(0, times, (1,)), *(Step(n, times, (n,), (n - 1,), cost=float(n)) for n in range(1, 6))]
WIDE = [Step(f"wide {n}", times, (n,), after=(0,)) for n in range(6)]


def test_two_processes_give_what_one_gives() -> None:
    """Every process is prepared, and steps travel to it and back."""
    counts: list[int] = []
    two = run([*WIDE, *CHAIN], 2, prepare, (3,), lambda _, count: counts.append(count))
    assert two == run([*WIDE, *CHAIN], 1, prepare, (3,))
    assert counts == list(range(1, 13))


@pytest.mark.parametrize("processes", [1, 2])
def test_a_mistake_of_our_own_is_not_hidden(processes: int) -> None:
    with pytest.raises(LookupError, match="a mistake of our own"):
        run([Step("a", fail, ())], processes, prepare, (1,))


@pytest.mark.parametrize("processes", [1, 2])
def test_a_process_that_ends_over_a_step_costs_that_step_alone(processes: int) -> None:
    """What stands for its result goes on to those that wait for it, and others are as they would have been."""
    lost = Step("lost", end, (), cost=5.0, if_ended=10)
    steps = [lost, Step("behind", times, (1,), ("lost",)), *CHAIN]
    results = run(steps, processes, prepare, (2,))
    assert results == {"lost": 10, "behind": 22, **run(CHAIN, 1, prepare, (2,))}


@pytest.mark.parametrize("processes", [1, 2])
def test_a_process_that_ends_is_told_where_nothing_stands_for_its_step(processes: int) -> None:
    with pytest.raises(WorkerEndedError, match="ended"):
        run([Step("a", end, ()), Step("b", times, (1,))], processes, prepare, (1,))


def test_no_process_is_this_one() -> None:
    """And one step needs one process, however many there may be."""
    found = run([Step("who", os.getpid, ())], 8, prepare, (1,))
    assert found["who"] != os.getpid()
    assert run([], 1, prepare, (1,)) == {}


@pytest.mark.parametrize("processes", [1, 2])
def test_bounds_hold_in_each_process(processes: int) -> None:
    """Though the timer of the process that starts them is not theirs."""
    with within_bounds(Bounds(60, 500)):
        pass
    with pytest.raises(TooMuchError):
        run([Step(n, forever, ()) for n in range(processes)], processes, prepare, (1,))


def test_steps_that_wait_for_one_another_are_refused() -> None:
    with pytest.raises(ValueError, match="wait for one another"):
        run([Step("a", times, (1,), ("b",)), Step("b", times, (1,), ("a",))], 1, prepare, (1,))
