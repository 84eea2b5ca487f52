"""What was made before, kept by the hash of what it was made from.

Every step of a build is a pure function of what it reads, so its result is kept in the project's cache folder under a
hash of that: a second build, another edition or another format finds it there. The folder is bounded in size, safe for
two builds at once (entries are written aside and renamed), and mends itself: an entry that is not what was written
under its very key is removed and made again. Nothing in it is trusted beyond that: records are decoded by their type,
never as code.

Nothing is ever read, written or removed but what this module puts there: the folder and its shelves may be no symbolic
links, and only regular files named by a hash are touched.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from booklet.files import folder_hash, is_file, is_there, read, write
from booklet.findings import BookletError

CACHE = ".booklet-cache"
"""The folder of a project that holds what was made before."""
TAG = "CACHEDIR.TAG"
_TAG_WORDS = b"Signature: 8a477f597d28d172789f06886806bc55\n# What booklet made before. It may be removed.\n"
"""The Cache Directory Tagging Specification (bford.info/cachedir), by which backups leave such folders out."""
MOST_BYTES = 1_000_000_000
LIBRARIES = (
    "booklet", "babel", "weasyprint", "pydyf", "fonttools", "tinyhtml5", "jinja2", "markdown-it-py", "pikepdf",
    "pillow", "segno", "pypdfium2", "msgspec",
)  # fmt: skip
_DIGEST = 32
_SHELF = re.compile(r"[0-9a-f]{2}")
_ENTRY = re.compile(r"[0-9a-f]{64}(\.\d+)?")
Record = TypeVar("Record")


class ForeignFolderError(BookletError):
    """The cache folder is not ours to write into."""


@dataclass(frozen=True)
class Contents:
    """What a cache folder holds: how many entries, and their bytes in all."""

    entries: int
    bytes: int


class Store:
    """A folder of results by key. One that cannot be written costs time and nothing else."""

    def __init__(self, folder: Path) -> None:
        """Raises ForeignFolderError for a folder that is a symbolic link, or no folder at all."""
        self.folder = folder
        self._writable = _claim(folder)

    def get(self, key: str) -> bytes | None:
        """What was put under this key, whole, or None."""
        entry = self.entry(key)
        return entry[_DIGEST:] if entry else None

    def entry(self, key: str) -> bytes | None:
        """The same behind its seal, as another store takes it."""
        path = self._path(key)
        if path.parent.is_symlink() or path.is_symlink():
            return None
        try:
            entry = read(path, MOST_BYTES)
        except OSError:
            return None
        if not is_sealed(key, entry):
            _remove(path)
            return None
        return entry

    def has(self, key: str) -> bool:
        """True when there is something under this key."""
        path = self._path(key)
        return is_file(path) and not path.is_symlink()

    def put(self, key: str, content: bytes) -> None:
        """Keep a result."""
        self._write(key, sealed(key, content))

    def take(self, key: str, entry: bytes) -> bool:
        """Keep an entry of another store. False when it is not what was put under its key there."""
        if not (_ENTRY.fullmatch(key) and is_sealed(key, entry)):
            return False
        self._write(key, entry)
        return True

    def _write(self, key: str, entry: bytes) -> None:
        if not self._writable:
            return
        path = self._path(key)
        aside = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(exist_ok=True)
            if path.parent.is_symlink():
                return
            write(aside, entry, durable=False)
            aside.replace(path)
        except OSError:
            self._writable = False
            _remove(aside)

    def load(self, key: str, kind: type[Record]) -> Record | None:
        """The record that was saved under this key, or None where it is not there or has another shape."""
        content = self.get(key)
        if content is None:
            return None
        try:
            return msgspec.msgpack.decode(content, type=kind)
        except (msgspec.MsgspecError, ValueError, TypeError):
            return None

    def save(self, key: str, record: Any) -> None:
        """Keep a record: a dataclass of plain values, bytes and further dataclasses."""
        self.put(key, msgspec.msgpack.encode(record))

    def touch(self, keys: Iterator[str]) -> None:
        """Say of some entries that they are still in use."""
        for key in keys:
            try:
                os.utime(self._path(key))
            except OSError:
                continue

    def contents(self) -> Contents:
        """How much it holds."""
        sizes = [size for _, size, _ in self._entries()]
        return Contents(len(sizes), sum(sizes))

    def trim(self, most_bytes: int = MOST_BYTES) -> None:
        """Remove the entries that were written longest ago, until the rest fits."""
        entries = sorted(self._entries())
        over = sum(size for _, size, _ in entries) - most_bytes
        for _, size, path in entries:
            if over <= 0:
                return
            _remove(path)
            over -= size

    def clear(self) -> Contents:
        """Remove every entry, and say how much that was."""
        held = self.contents()
        for _, _, path in self._entries():
            _remove(path)
        return held

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key

    def _entries(self) -> list[tuple[float, int, Path]]:
        """Time, size and path of each of our own files; of nothing that a link leads to."""
        found: list[tuple[float, int, Path]] = []
        for shelf in _listed(self.folder) if not self.folder.is_symlink() else ():
            if not _SHELF.fullmatch(shelf.name) or shelf.is_symlink():
                continue
            for path in _listed(shelf):
                with suppress(OSError):  # another build may have removed it
                    facts = path.lstat()
                    if _ENTRY.fullmatch(path.name) and path.name.startswith(shelf.name) and stat.S_ISREG(facts.st_mode):
                        found.append((facts.st_mtime, facts.st_size, path))
        return found


def _claim(folder: Path) -> bool:
    """Make the folder and tag it as a cache. True when it can be written."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise ForeignFolderError(f"{folder.name} is no folder of its own. Remove it, or build with --no-cache.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not is_there(folder / TAG):
            write(folder / TAG, _TAG_WORDS, durable=False)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def sealed(key: str, content: bytes) -> bytes:
    """An entry: content behind a seal, which says that it is this content, and under this key."""
    return _seal(key, content) + content


def is_sealed(key: str, entry: bytes) -> bool:
    """True for an entry that is as it was put under this key."""
    return _seal(key, memoryview(entry)[_DIGEST:]) == entry[:_DIGEST]


def _seal(key: str, content: bytes | memoryview) -> bytes:
    digest = sha256(key.encode())
    digest.update(content)
    return digest.digest()


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _remove(path: Path) -> None:
    with suppress(OSError):  # a folder that cannot be written costs time and nothing else
        path.unlink(missing_ok=True)


def key_of(step: str, *inputs: object) -> str:
    """The key of a step's result: a hash of the step's name, of this package and its libraries, and of its inputs."""
    digest = sha256(f"{step}\0{fingerprint()}".encode())
    for each in inputs:
        content = each if isinstance(each, bytes) else repr(each).encode()
        digest.update(b"%d\0" % len(content) + content)
    return digest.hexdigest()


@cache
def fingerprint() -> str:
    """A hash of everything that makes results beside their inputs: this package, its style sheets, its libraries."""
    package = Path(__file__).resolve().parent
    digest = sha256(versions().encode())
    for folder in (package, *(styles for styles in (package.parent / "styles",) if styles.is_dir())):
        digest.update(folder_hash(folder))
    return digest.hexdigest()


@cache
def versions() -> str:
    """The versions of this package and of the libraries that its results depend on."""
    return ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
