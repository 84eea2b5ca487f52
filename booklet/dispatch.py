"""Dispatch: finished files to `dist/`, whole or not at all.

Everything is written into a folder aside, inside `dist/` so that it lies on the same disk, and only when all of it is
there is each file put in its place by renaming: all of them or, where one fails, none. `manifest.json` goes last: it
names every file with its checksum. One build at a time has the folder, and a signal is heard before or behind.

What the manifest of an earlier build says is not trusted: a row that leads out of `dist/`, or that another program may
have written, is passed over, and nothing that it names is touched. A file that no manifest names is not replaced.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, astuple, dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, get_type_hints

from booklet.bounds import MAX_DATA_BYTES, MAX_PDF_BYTES
from booklet.files import (
    ASIDE,
    UnfitFileError,
    alone,
    inside,
    is_there,
    read,
    replace_all,
    signals_deferred,
    write,
)
from booklet.order_codes import CodeEntry, is_order_code
from booklet.store import CACHE

MANIFEST = "manifest.json"
STOPPED = "stopped-"
"""Begins the names of manifests that builds did not live to put in place."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
"""What a file in `dist/` may be called: no hidden names, no way up, no other drive."""
_LISTS = ("waived", "unsigned")


@dataclass(frozen=True)
class Entry:
    """One file of the manifest. `inputs` is the hash of everything it was made from; `volumes` how many files the
    publication has in this edition and format: volumes, or what belongs to one press job or one kit. `is_older` says
    that its sources have changed since, and that what they came to was kept back; `waived` what preflight found and
    somebody answers for, with the reason; `unsigned` the ids of its chapters that somebody has still to sign off.
    """

    file: str
    publication: str
    title: str
    edition: str
    format: str
    volumes: int
    issue: str
    order_code: str
    pages: int
    bytes: int
    sha256: str
    trim_mm: tuple[float, float]
    inputs: str
    is_older: bool = False
    waived: tuple[str, ...] = ()
    unsigned: tuple[str, ...] = ()

    @property
    def volume(self) -> int:
        """Which volume it is, by its name; 0 where it is none."""
        number = self.file.removesuffix(".pdf").rpartition("-volume-")[2]
        return int(number) if "-volume-" in self.file and number.isdecimal() else 0

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is, whatever its file is called: publication, edition and format."""
        return (self.publication, self.edition, self.format)


@dataclass(frozen=True)
class ShelfFile:
    """A file of the manifest beside the booklets: the page from which they are taken, or a picture on it."""

    file: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Delivery:
    """A finished file that lies aside, and what the manifest says of it."""

    entry: Entry
    aside: Path


def read_manifest(dist: Path) -> tuple[Entry, ...]:
    """The entries whose files still lie in `dist` as they were delivered. A manifest that cannot be read has none."""
    entries = read_entries(dist)
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as readers:
        whole = readers.map(lambda entry: is_whole(dist, entry), entries)
        return tuple(entry for entry, is_there in zip(entries, whole, strict=True) if is_there)


def read_entries(dist: Path) -> list[Entry]:
    """What the manifest says of files that can only be its own, whether or not they are still as they were."""
    is_own = _own_names(dist)
    return [entry for entry in _rows(dist) if is_own(entry.file)]


def read_codes(dist: Path) -> tuple[CodeEntry, ...]:
    """Every order code that the manifest of `dist` knows, those of earlier issues included."""
    try:
        rows = list(json.loads((dist / MANIFEST).read_text("utf-8"))["order_codes"])
    except (OSError, ValueError, TypeError, KeyError):
        return ()
    return tuple(entry for row in rows if (entry := _code_entry(row)))


def _code_entry(row: object) -> CodeEntry | None:
    """A row as it was written; None for one that is another's. The others still count."""
    try:
        entry = CodeEntry(**row)  # type: ignore[arg-type]
    except TypeError:
        return None
    *texts, is_current = astuple(entry)
    is_own = all(isinstance(text, str) for text in texts) and isinstance(is_current, bool)
    return entry if is_own and is_order_code(entry.code) else None


def all_codes(dist: Path, codes: Iterable[CodeEntry]) -> tuple[CodeEntry, ...]:
    """These codes, and of those that the manifest has the ones that they do not tell of: no code is ever forgotten."""
    entries = {(entry.code, entry.issue): replace(entry, is_current=False) for entry in read_codes(dist)}
    entries |= {(entry.code, entry.issue): entry for entry in codes}
    return tuple(entries[key] for key in sorted(entries))


def _rows(dist: Path) -> Iterator[Entry]:
    try:
        rows = json.loads(read(dist / MANIFEST, MAX_DATA_BYTES))["files"]
        yield from [entry for row in rows if (entry := _entry(row))]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return


def _entry(row: dict[str, Any]) -> Entry | None:
    """A row of the manifest, when it is one that this module writes."""
    entry = Entry(**{**row, "trim_mm": tuple(row["trim_mm"]), **{name: tuple(row.get(name, ())) for name in _LISTS}})
    plain = all(type(getattr(entry, name)) is kind for name, kind in _plain_kinds())
    lists = len(entry.trim_mm) == 2 and all(isinstance(side, int | float) for side in entry.trim_mm)
    words = (*entry.waived, *entry.unsigned)
    return entry if plain and lists and all(isinstance(each, str) for each in words) else None


@cache
def _plain_kinds() -> tuple[tuple[str, type], ...]:
    """The fields of an entry that have one class, and which."""
    return tuple((name, kind) for name, kind in get_type_hints(Entry).items() if isinstance(kind, type))


def _own_names(dist: Path) -> Callable[[object], bool]:
    """Tells of a name whether it can only stand for a regular file inside `dist`; looks at each folder once."""
    is_inside = cache(lambda folder: inside(dist, folder))

    def is_own(name: object) -> bool:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            return False
        path = dist / name
        return not path.is_symlink() and is_inside(path.parent)

    return is_own


def read_shelf(dist: Path) -> tuple[ShelfFile, ...]:
    """What the manifest says of files beside the booklets that lie in `dist` as they were delivered."""
    return tuple(file for file in _shelf_rows(dist) if is_whole(dist, file))


def has_shelf(dist: Path) -> bool:
    """True when there are files beside the booklets, and all of them lie in `dist` as they were delivered."""
    rows = _shelf_rows(dist)
    return bool(rows) and all(is_whole(dist, file) for file in rows)


def _shelf_rows(dist: Path) -> tuple[ShelfFile, ...]:
    try:
        rows = json.loads(read(dist / MANIFEST, MAX_DATA_BYTES))["shelf"]
        files = [ShelfFile(**row) for row in rows]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return ()
    plain = [file for file in files if type(file.bytes) is int and isinstance(file.sha256, str)]
    is_own = _own_names(dist)
    return tuple(file for file in plain if is_own(file.file))


def strangers(dist: Path, names: Iterable[str]) -> tuple[str, ...]:
    """Which of some names in `dist` something has that no build put there beside the booklets, or that was changed."""
    own = {file.file for file in read_shelf(dist)}
    return tuple(name for name in names if name not in own and is_there(dist / name))


def refuse_foreign(dist: Path, project: Path) -> None:
    """Raise UnfitFileError where `dist` is that of another project, or lies in the sources or the cache of any."""
    place = dist.resolve()
    for folder in (place, *place.parents):
        if (folder / "chapters/booklet.toml").is_file():
            within = place.relative_to(folder).parts[:1]
            if within in (("chapters",), (CACHE,)):
                raise UnfitFileError(dist, f"it lies in {within[0]}, which is not for finished files")
            if within == ("dist",) and folder != project.resolve():
                raise UnfitFileError(dist, "it is the folder of another project")
            return


def _refuse_strangers(dist: Path, folder: Path, rows: Iterable[Delivery]) -> None:
    """Raise UnfitFileError for a file that no build has put where one is to be delivered. `folder` is that of the build
    aside, or lies in it.
    """
    named: set[object] = set()
    builds = [each for each in (folder, folder.parent) if each.name.startswith(ASIDE)]
    for path in (dist / MANIFEST, *(path for each in builds for path in each.glob(f"{STOPPED}*"))):
        with suppress(ValueError, RecursionError, FileNotFoundError):
            found = json.loads(read(path, MAX_DATA_BYTES))
            if not isinstance(found, dict) or not isinstance(found.get("files"), list):
                raise UnfitFileError(path, "a file of another program")
            named |= {str(row.get("file")) for row in found["files"] if isinstance(row, dict)}
    for row in rows:
        path = dist / row.entry.file
        if row.entry.file not in named and is_there(path) and not is_whole(dist, row.entry):
            raise UnfitFileError(path, "a file that no build has put there")


def is_whole(dist: Path, entry: Entry | ShelfFile) -> bool:
    """True when the file lies in `dist` as it was delivered."""
    return read_whole(dist, entry) is not None


def read_whole(dist: Path, entry: Entry | ShelfFile) -> bytes | None:
    """The file as it was delivered; None where it does not lie in `dist` so."""
    try:
        content = read(dist / entry.file, MAX_PDF_BYTES)
    except OSError:
        return None
    is_own = len(content) == entry.bytes and sha256(content).hexdigest() == entry.sha256
    return content if is_own else None


def deliver(
    dist: Path,
    folder: Path,
    deliveries: Iterable[Delivery],
    kept_back: Iterable[tuple[str, str, str]],
    codes: Iterable[CodeEntry],
    versions: str,
    beside: Callable[[tuple[Entry, ...]], Mapping[str, bytes]] = lambda _: {},
) -> tuple[Entry, ...]:
    """Put the files in place from the folder aside, and the manifest after them; earlier files of other editions stay,
    those of jobs that were kept back are marked as older than their sources. `beside` gives further files by their
    names, from all entries; what it gave before and gives no longer goes. Gives all entries. Raises OSError; then
    nothing has changed.

    A volume that the same booklet has no longer goes.
    """
    rows = list(deliveries)
    _refuse_strangers(dist, folder, rows)
    new = {row.entry.file: row.entry for row in rows}
    keys = {(entry.key, entry.issue) for entry in new.values()}
    older = frozenset(kept_back)
    earlier = {
        entry.file: replace(entry, is_older=entry.is_older or entry.key in older) for entry in read_manifest(dist)
    }
    gone = [file for file, entry in earlier.items() if (entry.key, entry.issue) in keys and file not in new]
    entries = {file: entry for file, entry in earlier.items() if file not in gone} | new
    listed = [asdict(entries[file]) for file in sorted(entries)]
    known_codes = [asdict(entry) for entry in all_codes(dist, codes)]
    own = tuple(entries[file] for file in sorted(entries))
    more = beside(own)
    shelf = {file: ShelfFile(file, len(words), sha256(words).hexdigest()) for file, words in more.items()}
    before = read_shelf(dist)
    content = {"versions": versions, "files": listed, "order_codes": known_codes}
    content |= {"shelf": [asdict(shelf[file]) for file in sorted(shelf)]} if shelf else {}
    manifest = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    write(folder / MANIFEST, manifest.encode())
    for row in rows:
        target = dist / row.entry.file
        if not _own_names(dist)(row.entry.file):
            raise UnfitFileError(target, "a link leads out of the folder")
        target.parent.mkdir(parents=True, exist_ok=True)
    fresh = [file for file in sorted(shelf) if shelf[file] not in before]
    for number, file in enumerate(fresh):
        if not _own_names(dist)(file):
            raise UnfitFileError(dist / file, "a link leads out of the folder")
        (dist / file).parent.mkdir(parents=True, exist_ok=True)
        write(folder / f"shelf-{number}", more[file])
    moves = [(row.aside, dist / row.entry.file) for row in rows]
    moves += [(folder / f"shelf-{number}", dist / file) for number, file in enumerate(fresh)]
    moves.append((folder / MANIFEST, dist / MANIFEST))
    gone += [row.file for row in before if row.file not in shelf]
    with signals_deferred():
        replace_all(moves)
        for file in gone:
            with suppress(OSError):  # the manifest names it no longer
                (dist / file).unlink(missing_ok=True)
    return own


@contextmanager
def aside(dist: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[Path]:
    """A folder aside for the one build that has `dist`, gone again whatever happens; what a killed build left behind
    goes too, but for its manifests: these name what it may have put in place. Another build waits, and says so. Raises
    OSError.
    """
    dist.mkdir(parents=True, exist_ok=True)
    with alone(dist, waiting):
        folder = dist / f"{ASIDE}{os.getpid()}"
        stopped: list[bytes] = []
        for old in dist.glob(f"{ASIDE}*"):
            if not old.is_symlink() and (old == folder or not _is_alive(old.name.removeprefix(ASIDE))):
                for path in (*old.rglob(MANIFEST), *old.rglob(f"{STOPPED}*")):
                    with suppress(OSError):
                        stopped.append(read(path, MAX_DATA_BYTES))
                shutil.rmtree(old, ignore_errors=True)
        folder.mkdir()
        try:
            for number, content in enumerate(stopped):
                write(folder / f"{STOPPED}{number}", content)
            yield folder
        finally:
            with signals_deferred():
                shutil.rmtree(folder, ignore_errors=True)


def _is_alive(process: str) -> bool:
    """True when another build may still be writing there."""
    if not process.isdigit() or not hasattr(os, "kill"):
        return False
    try:
        os.kill(int(process), 0)
    except OSError:
        return False
    return True
