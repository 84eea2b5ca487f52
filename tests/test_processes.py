"""Steps in processes: each behind what it waits for, and the same results from one process or two."""

from __future__ import annotations

import os
from collections.abc import Hashable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booklet.processes import Step, WorkerEndedError, run

_FACTOR: list[int] = []


def prepare(factor: int) -> None:
    _FACTOR[:] = [factor]


def times(number: int, *others: int) -> int:
    return (number + sum(others)) * _FACTOR[0]


def end(*_: Any) -> None:
    os._exit(1)


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


@given(graphs())
def test_each_step_comes_behind_what_it_waits_for(steps: list[Step]) -> None:
    told: list[Hashable] = []
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


def test_a_process_that_ends_is_told_in_words() -> None:
    with pytest.raises(WorkerEndedError, match="want of memory"):
        run([Step("a", end, ()), Step("b", times, (1,))], 2, prepare, (1,))


def test_steps_that_wait_for_one_another_are_refused() -> None:
    with pytest.raises(ValueError, match="wait for one another"):
        run([Step("a", times, (1,), ("b",)), Step("b", times, (1,), ("a",))], 1, prepare, (1,))
