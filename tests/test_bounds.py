"""Bounds hold: by a timer where the work hears it, by a process of its own where it does not."""

from __future__ import annotations

import ctypes
import os
import signal
from pathlib import Path

import pytest

from booklet import bounds
from booklet.bounds import Bounds, TooMuchError, apart, peak_bytes, within_bounds

ROOM = 2000.0


def count_for_ever() -> None:
    number = 0
    while True:
        number += 1


def fill_memory() -> int:
    return len(b"x" * 4_000_000_000)


def fill_some_memory() -> int:
    return len(b"x" * 400_000_000)


def crash() -> None:
    ctypes.string_at(0)


def end_with(status: int) -> None:
    os._exit(status)


def add(one: int, other: int) -> int:
    print("what a library prints is no answer")
    return one + other


def fail() -> None:
    raise LookupError("words for people")


def test_work_without_end_is_stopped_and_other_work_is_not() -> None:
    with pytest.raises(TooMuchError, match=r"0\.2 seconds or 2000 MB"), within_bounds(Bounds(0.2, ROOM)):
        count_for_ever()
    with within_bounds(Bounds(60, ROOM)):
        assert add(1, 2) == 3


def test_a_library_that_catches_every_exception_does_not_catch_it() -> None:
    with pytest.raises(TooMuchError), within_bounds(Bounds(0.2, ROOM)):
        try:
            count_for_ever()
        except Exception:
            pytest.fail("caught")


@pytest.mark.parametrize("outer", [0.2, 60])
def test_bounds_inside_bounds_both_hold(outer: float) -> None:
    with pytest.raises(TooMuchError, match=f"{min(outer, 0.3):g} seconds"), within_bounds(Bounds(outer, ROOM)):
        with within_bounds(Bounds(60, ROOM)):
            pass
        with within_bounds(Bounds(0.3, ROOM)):
            count_for_ever()


def test_memory_is_refused() -> None:
    with pytest.raises(TooMuchError), within_bounds(Bounds(60, 500)):
        fill_memory()


def test_the_timer_is_given_back() -> None:
    while bounds._HANDLERS:  # of a test before this one
        signal.pause()
    before = signal.signal(signal.SIGALRM, signal.SIG_IGN)
    try:
        with within_bounds(Bounds(60, ROOM)):
            assert signal.getsignal(signal.SIGALRM) != signal.SIG_IGN
        while signal.getsignal(signal.SIGALRM) != signal.SIG_IGN:
            signal.pause()
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_process_of_its_own_gives_what_the_function_gives() -> None:
    assert apart(Bounds(60, ROOM), add, 1, 2) == 3
    with pytest.raises(LookupError, match="words for people"):
        apart(Bounds(60, ROOM), fail)


@pytest.mark.parametrize(
    "work",
    [(count_for_ever,), (fill_memory,), (crash,), (end_with, 3)],
    ids=["time", "memory", "a crash", "an end"],
)
def test_a_process_of_its_own_is_stopped_and_takes_nobody_with_it(work: tuple[object, ...]) -> None:
    with pytest.raises(TooMuchError):
        apart(Bounds(1, 1000), *work)  # type: ignore[arg-type]


def test_no_file_of_the_folder_that_one_is_in_is_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pickle", "booklet", "ctypes", "signal"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(9)", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert apart(Bounds(60, ROOM), os.path.basename, "a/b") == "b"


def test_a_process_is_not_charged_for_the_memory_of_the_one_that_started_it() -> None:
    filled = fill_some_memory()
    assert peak_bytes() > filled > apart(Bounds(60, ROOM), peak_bytes)
