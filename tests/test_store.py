"""The store gives back what was put into it whole or not at all, and touches nothing that is not its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from booklet.build import build
from booklet.cli import main
from booklet.store import CACHE, ForeignFolderError, Store, key_of
from tests.printed import printed
from tests.tiny import order


@dataclass(frozen=True)
class Fruit:
    name: str
    seeds: tuple[tuple[int, float], ...]
    skin: bytes = b""


def key(number: int) -> str:
    return sha256(str(number).encode()).hexdigest()


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def test_what_was_put_is_given_back(store: Store) -> None:
    store.put(key(1), b"words")
    assert store.get(key(1)) == b"words" and store.has(key(1))
    assert store.get(key(2)) is None and not store.has(key(2))
    fruit = Fruit("pear", ((1, 0.5), (2, 0.25)), b"\x00green")
    store.save(key(3), fruit)
    assert store.load(key(3), Fruit) == fruit
    assert Store(store.folder).load(key(3), Fruit) == fruit, "another process finds it, too"


def test_a_record_of_another_shape_is_none(store: Store) -> None:
    store.put(key(1), b"words")
    assert store.load(key(1), Fruit) is None
    store.save(key(2), {"name": 1, "seeds": ()})
    assert store.load(key(2), Fruit) is None


@pytest.mark.parametrize(
    "spoil",
    [lambda content: content[:-3], lambda content: b"", lambda content: content + b"x", lambda content: b"x" * 99],
    ids=["cut short", "empty", "longer", "other bytes"],
)
def test_an_entry_that_is_not_what_was_written_is_removed(store: Store, spoil: Callable[[bytes], bytes]) -> None:
    store.put(key(1), b"words")
    (path,) = store.folder.glob("*/*")
    path.write_bytes(spoil(path.read_bytes()))
    assert store.get(key(1)) is None
    assert not path.exists()
    store.put(key(1), b"words")
    assert store.get(key(1)) == b"words"


@pytest.mark.slow
def test_a_damaged_store_mends_itself_in_a_build(booklet: Callable[..., Path]) -> None:
    project = booklet()
    wanted = order(project, formats=("screen",), use_cache=True)
    first = build(wanted)
    for path in (project / CACHE).glob("*/*"):
        path.write_bytes(path.read_bytes()[:-1])
    for path in (project / "dist").rglob("*.pdf"):
        path.unlink()
    again = build(wanted)
    assert (again.typeset, again.files) == (first.typeset, first.files)
    assert build(wanted).built == 0


@pytest.mark.slow
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_one_bit_in_any_entry_changes_no_delivered_file(booklet: Callable[..., Path], place: str) -> None:
    """Layouts, segments, fragments, drawings, placed parts, fonts, receipts: whatever an entry is for."""
    project = booklet(printed())
    wanted = order(project, titles=("main",), editions=("VIC",), formats=("screen", "press"), use_cache=True)
    first = build(wanted)
    delivered = files(wanted.dist)
    entries = list((project / CACHE).glob("*/*"))
    assert len(entries) > 40
    for path in entries:
        content = bytearray(path.read_bytes())
        content[{"first": 0, "middle": 32 + (len(content) - 32) // 2, "last": -1}[place]] ^= 1
        path.write_bytes(content)
    shutil.rmtree(wanted.dist)
    again = build(wanted)
    assert (again.files, again.typeset) == (first.files, first.typeset) and files(wanted.dist) == delivered


def test_an_entry_in_the_place_of_another_is_no_entry(store: Store) -> None:
    store.put(key(1), b"words")
    store.put(key(2), b"others")
    one, other = (store.folder / key(number)[:2] / key(number) for number in (1, 2))
    one.write_bytes(other.read_bytes())
    assert store.get(key(1)) is None and store.get(key(2)) == b"others"


@pytest.mark.parametrize("kind", ["a pipe", "a folder", "a link"])
def test_an_entry_that_is_no_regular_file_is_no_entry(store: Store, tmp_path: Path, kind: str) -> None:
    store.put(key(1), b"words")
    path = store.folder / key(1)[:2] / key(1)
    path.rename(tmp_path / "entry")
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "entry")
    assert store.get(key(1)) is None and not store.has(key(1))
    assert store.load(key(1), Fruit) is None


def test_nothing_is_written_through_a_link(store: Store, foreign: Path) -> None:
    before = files(foreign)
    (store.folder / key(1)[:2]).symlink_to(foreign)
    store.put(key(1), b"words")
    assert files(foreign) == before and store.get(key(1)) is None
    tag = store.folder / "CACHEDIR.TAG"
    tag.unlink()
    tag.symlink_to(foreign / "tag")
    Store(store.folder)
    assert files(foreign) == before


def test_a_folder_from_which_nothing_can_be_removed_is_no_obstacle(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    store.put(key(1), b"words")
    (path,) = store.folder.glob("*/*")
    path.write_bytes(b"spoilt")
    monkeypatch.setattr(Path, "unlink", refuse)
    assert store.get(key(1)) is None
    store.trim(0)
    store.clear()
    monkeypatch.setattr(Path, "iterdir", refuse)
    assert store.contents().entries == 0


@given(st.lists(st.integers(1, 400), min_size=1, max_size=12), st.integers(0, 3000))
def test_it_is_bounded_and_the_oldest_go_first(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], most: int
) -> None:
    store = Store(tmp_path_factory.mktemp("bounded") / "cache")
    for number, size in enumerate(sizes):
        store.put(key(number), b"x" * size)
        os.utime(store.folder / key(number)[:2] / key(number), (number, number))
    before = store.contents()
    store.trim(most)
    kept = [number for number in range(len(sizes)) if store.has(key(number))]
    assert store.contents().bytes <= most or not kept
    assert kept == list(range(len(sizes)))[len(sizes) - len(kept) :], "the newest stay"
    over = before.bytes - store.contents().bytes
    last_gone = len(sizes) - len(kept) - 1
    assert not over or before.bytes - over + sizes[last_gone] + 32 > most, "no more goes than must"


def test_what_is_in_use_counts_as_new(store: Store) -> None:
    for number in range(3):
        store.put(key(number), b"x" * 100)
        os.utime(store.folder / key(number)[:2] / key(number), (number, number))
    store.touch(iter([key(0), key(9)]))
    store.trim(300)
    assert [store.has(key(number)) for number in range(3)] == [True, False, True]


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A folder of somebody else, with old files that are called as the store's are."""
    folder = tmp_path / "foreign"
    for name in (f"{key(1)[:2]}/{key(1)}", "letters/dear.txt", f"{key(2)[:2]}/{key(2)}.77"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"mine")
        os.utime(folder / name, (0, 0))
    return folder


def test_a_build_refuses_a_cache_that_is_a_symbolic_link_and_deletes_nothing(
    booklet: Callable[..., Path], foreign: Path
) -> None:
    project, before = booklet(), files(foreign)
    (project / CACHE).symlink_to(foreign)
    with pytest.raises(ForeignFolderError, match="--no-cache"):
        build(order(project, use_cache=True))
    for command in (["build"], ["cache", "clear"], ["cache", "info"]):
        result = CliRunner().invoke(main, [*command, "--project", str(project)])
        assert result.exit_code and CACHE in result.stderr and "Traceback" not in result.output
    assert files(foreign) == before
    assert not (project / "dist").exists()


@pytest.mark.parametrize("how", ["dangling", "a file"])
def test_a_cache_that_is_no_folder_is_refused(booklet: Callable[..., Path], tmp_path: Path, how: str) -> None:
    project = booklet()
    if how == "a file":
        (project / CACHE).write_bytes(b"mine")
    else:
        (project / CACHE).symlink_to(tmp_path / "nowhere")
    with pytest.raises(ForeignFolderError):
        build(order(project, use_cache=True))
    assert not (tmp_path / "nowhere").exists()
    assert how == "dangling" or (project / CACHE).read_bytes() == b"mine"


@pytest.mark.slow
def test_without_a_cache_such_a_project_builds_and_the_link_is_left_alone(
    booklet: Callable[..., Path], foreign: Path
) -> None:
    project, before = booklet(), files(foreign)
    (project / CACHE).symlink_to(foreign)
    assert not build(order(project, formats=("screen",), editions=("VIC",))).failed
    assert files(foreign) == before


@pytest.mark.parametrize("act", [Store.clear, lambda store: store.trim(0)], ids=["clear", "trim"])
def test_only_what_the_store_has_written_is_ever_removed(
    store: Store, foreign: Path, act: Callable[[Store], object]
) -> None:
    """Names of other shapes, links and folders stay, whatever they are called; its own entries go."""
    before = files(foreign)
    store.put(key(5), b"own")
    (store.folder / "notes.txt").write_bytes(b"mine")
    (store.folder / key(5)[:2] / "notes.txt").write_bytes(b"mine")
    (store.folder / key(5)[:2] / key(6)).write_bytes(b"in a shelf where the store puts nothing like it")
    (store.folder / key(1)[:2]).symlink_to(foreign / key(1)[:2])
    shelf = store.folder / key(2)[:2]
    shelf.mkdir(exist_ok=True)
    (shelf / key(2)).symlink_to(foreign / f"{key(2)[:2]}/{key(2)}.77")
    assert key(6)[:2] != key(5)[:2]
    act(store)
    assert not store.has(key(5))
    assert files(foreign) == before
    assert (store.folder / "notes.txt").exists() and (store.folder / key(5)[:2] / "notes.txt").exists()
    assert (store.folder / key(5)[:2] / key(6)).exists() and (shelf / key(2)).is_symlink()
    assert (store.folder / "CACHEDIR.TAG").exists()


def test_a_folder_that_cannot_be_written_costs_time_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    store = Store(tmp_path / "cache")
    monkeypatch.setattr("booklet.store.write", full)
    store.put(key(1), b"words")
    assert store.get(key(1)) is None


@pytest.mark.slow
def test_the_commands_count_and_remove(booklet: Callable[..., Path]) -> None:
    project = booklet()
    build(order(project, formats=("screen",), editions=("VIC",), use_cache=True))
    held = Store(project / CACHE).contents()
    assert held.entries > 10
    said = CliRunner().invoke(main, ["cache", "info", "--project", str(project)]).stdout
    assert said == f"{CACHE}: {held.entries} results, {held.bytes / 1e6:.1f} MB\n"
    said = CliRunner().invoke(main, ["cache", "clear", "--project", str(project)]).stdout
    assert f"{held.entries} results removed" in said
    assert Store(project / CACHE).contents().entries == 0


@given(st.lists(st.one_of(st.text(), st.binary(), st.integers(), st.tuples(st.text(), st.text())), max_size=4))
def test_a_key_is_of_its_inputs_and_of_how_they_are_parted(inputs: list[object]) -> None:
    assert key_of("step", *inputs) == key_of("step", *inputs)
    assert key_of("step", *inputs) != key_of("other", *inputs)
    assert key_of("step", *inputs) != key_of("step", *inputs, "")
    assert key_of("step", b"ab", b"c") != key_of("step", b"a", b"bc")
