"""Files are read within bounds, appear whole or not at all, and belong to one build at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from booklet import files
from booklet.files import (
    UnfitFileError,
    alone,
    folder_hash,
    is_idle,
    read,
    replace_all,
    signals_deferred,
    stamps,
    temporary_folder,
    write_whole,
)
from tests.conftest import HANG_SECONDS


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


# Reading


def test_a_regular_file_is_read_to_the_last_byte_that_it_may_have(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"four")
    (tmp_path / "link").symlink_to("file")
    assert read(tmp_path / "file", 4) == read(tmp_path / "link", 4) == b"four"
    with pytest.raises(UnfitFileError, match="larger than 3e-06 MB"):
        read(tmp_path / "file", 3)


def piped(path: Path) -> None:
    os.mkfifo(f"{path}-pipe")
    path.symlink_to(f"{path}-pipe")


UNFIT: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a pipe behind a link": lambda path: piped(path),
    "nothing": lambda path: None,
}


@pytest.mark.parametrize("kind", UNFIT)
def test_what_is_no_regular_file_is_refused_and_not_waited_for(tmp_path: Path, kind: str) -> None:
    UNFIT[kind](tmp_path / "x")
    with pytest.raises(OSError) as told:
        read(tmp_path / "x", 1000)
    assert told.value.strerror


@pytest.mark.parametrize("name", ["a\0b", "a" * 300, "\ud800"])
def test_a_name_that_no_file_can_have_is_an_error_of_the_system(tmp_path: Path, name: str) -> None:
    with pytest.raises(OSError):
        read(tmp_path / name, 1000)
    assert not files.is_there(tmp_path / name) and not files.is_file(tmp_path / name)
    files.inside(tmp_path, tmp_path / name)


def test_a_folder_is_known_by_names_and_contents_alone(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "inner").mkdir(parents=True)
        (tmp_path / name / "inner/file").write_bytes(b"words")
    assert folder_hash(tmp_path / "one") == folder_hash(tmp_path / "two")
    (tmp_path / "two/inner/file").write_bytes(b"Words")
    changed = folder_hash(tmp_path / "two")
    assert folder_hash(tmp_path / "one") != changed
    (tmp_path / "two/inner/file").rename(tmp_path / "two/inner/other")
    assert folder_hash(tmp_path / "two") not in (changed, folder_hash(tmp_path / "one"))


def test_links_pipes_and_odd_names_are_no_obstacle_and_what_lies_outside_is_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "outside").write_bytes(b"x")
    (folder / "out").symlink_to(tmp_path / "outside")
    (folder / "up").symlink_to("..")
    (folder / "round").symlink_to("round")
    os.mkfifo(folder / "pipe")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff")).write_bytes(b"odd")
    before = folder_hash(folder)
    (tmp_path / "outside").write_bytes(b"much else")
    assert folder_hash(folder) == before
    assert folder_hash(folder, tmp_path) != before, "the clean twin: what lies inside is read through a link"


def test_a_large_file_is_told_by_its_size_and_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_HASHED_BYTES", 3)
    (tmp_path / "file").write_bytes(b"four")
    before = folder_hash(tmp_path)
    assert folder_hash(tmp_path) == before
    (tmp_path / "file").write_bytes(b"fives")
    assert folder_hash(tmp_path) != before


def test_a_file_that_is_written_again_has_another_stamp_be_it_with_the_same_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"words")
    os.utime(tmp_path / "file", ns=(5, 5))
    before = stamps(tmp_path)
    assert stamps(tmp_path) == before and list(before) == ["file"]
    while stamps(tmp_path) == before:  # until the clock of the disk has moved on
        (tmp_path / "file").write_bytes(b"words")
        os.utime(tmp_path / "file", ns=(5, 5))
    assert before["file"][:3] == stamps(tmp_path)["file"][:3], "only the time of the change itself cannot be set back"


# Writing


@pytest.mark.parametrize("durable", [True, False])
def test_files_are_written_together(tmp_path: Path, durable: bool) -> None:
    (tmp_path / "one").write_bytes(b"old")
    write_whole([(tmp_path / "one", b"1"), (tmp_path / "two", b"2")], durable)
    assert contents(tmp_path) == {"one": b"1", "two": b"2"}


def test_where_one_cannot_be_written_none_is_changed(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"old")
    with pytest.raises(OSError):
        write_whole([(tmp_path / "one", b"1"), (tmp_path / "missing" / "two", b"2")])
    assert contents(tmp_path) == {"one": b"old"}


@pytest.mark.parametrize("kind", ["a folder", "a pipe", "a device", "a link to itself"])
def test_nothing_but_a_regular_file_is_ever_replaced(tmp_path: Path, kind: str) -> None:
    (tmp_path / "one").write_bytes(b"old")
    UNFIT[kind](tmp_path / "two")
    before = (tmp_path / "two").lstat()
    with pytest.raises(UnfitFileError):
        write_whole([(tmp_path / "one", b"1"), (tmp_path / "two", b"2")])
    assert contents(tmp_path) == {"one": b"old"}
    assert (tmp_path / "two").lstat().st_ino == before.st_ino


def test_a_file_that_is_read_is_not_overwritten_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"old")
    (tmp_path / "same").hardlink_to(tmp_path / "source")
    (tmp_path / "link").symlink_to("source")
    for name in ("source", "same"):
        for source in ("source", "link"):
            with pytest.raises(UnfitFileError, match="the file that is read"):
                write_whole([(tmp_path / name, b"new")], sources=[tmp_path / source])
    write_whole([(tmp_path / "other", b"new")], sources=[tmp_path / "source"])
    assert contents(tmp_path) == {"source": b"old", "same": b"old", "link": b"old", "other": b"new"}


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "a disk without them"])
def test_what_fails_half_way_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    aside, place = tmp_path / "aside", tmp_path / "place"
    aside.mkdir()
    place.mkdir()
    for name in ("one", "two", "three"):
        (aside / name).write_bytes(b"new")
    (place / "one").write_bytes(b"old")
    (place / "three").mkdir()
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", lambda *_: (_ for _ in ()).throw(OSError(1, "not permitted")))
    with pytest.raises(OSError):
        replace_all((aside / name, place / name) for name in ("one", "two", "three"))
    assert contents(place) == {"one": b"old"}
    (place / "three").rmdir()
    for name in ("one", "two"):
        (aside / name).write_bytes(b"new")
    replace_all((aside / name, place / name) for name in ("one", "two", "three"))
    assert contents(place) == dict.fromkeys(("one", "two", "three"), b"new") and contents(aside) == {}


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_is_heard_behind_what_must_not_be_cut_in_two(name: str) -> None:
    number = getattr(signal, name)
    heard: list[str] = []
    before = signal.signal(number, lambda *_: heard.append(name))
    try:
        with signals_deferred():
            os.kill(os.getpid(), number)
            heard.append("done")
        assert heard == ["done", name]
        os.kill(os.getpid(), number)
        assert heard == ["done", name, name]
    finally:
        signal.signal(number, before)


# One at a time

HOLD = "import sys, time; from pathlib import Path; from booklet.files import {what}\n"
HOLD += "with {what}({where}) as held: print(held or '', flush=True); time.sleep(600)"


def holding(what: str, where: str = "") -> subprocess.Popen[str]:
    code = HOLD.format(what=what, where=where)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def test_a_folder_is_one_processs_until_that_has_ended_however_it_ended(tmp_path: Path) -> None:
    holder = holding("alone", f"Path({str(tmp_path)!r})")
    assert holder.stdout
    holder.stdout.readline()
    assert not is_idle(tmp_path)
    told: list[str] = []

    def waiting() -> None:
        told.append("waiting")
        holder.kill()

    with alone(tmp_path, waiting):
        assert told == ["waiting"]
    holder.communicate(timeout=HANG_SECONDS)
    assert is_idle(tmp_path)
    with alone(tmp_path, waiting):
        assert told == ["waiting"], "nobody to wait for"


def test_the_temporary_folder_of_a_killed_process_goes_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    killed, working = holding("temporary_folder"), holding("temporary_folder")
    assert killed.stdout and working.stdout
    left, used = (Path(process.stdout.readline().strip()) for process in (killed, working) if process.stdout)
    killed.kill()
    killed.communicate(timeout=HANG_SECONDS)
    foreign = tmp_path / f"{files.TEMPORARY}link"
    foreign.symlink_to(used)
    for folder in (left, used):
        (folder / "words").write_bytes(b"words")
        os.utime(folder, (0, time.time() - 1000))
    with temporary_folder() as own:
        assert own.is_dir() and not left.exists()
        assert (used / "words").exists() and foreign.is_symlink(), "another is at work there"
    assert not own.exists()
    working.kill()
    working.communicate(timeout=HANG_SECONDS)
