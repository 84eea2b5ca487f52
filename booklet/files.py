"""Files are read within bounds, and appear whole or not at all: written aside, flushed to the disk, then renamed."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

ASIDE = ".aside-"


class UnfitFileError(OSError):
    """A path that gives no bytes to anybody: a folder, a pipe, a device, too large a file. `strerror` says which."""

    def __init__(self, path: Path, words: str) -> None:
        super().__init__(errno.EINVAL, words, os.fspath(path))


def read(path: Path, most_bytes: int) -> bytes:
    """What a regular file holds, links followed. Raises OSError, whose `strerror` is for people.

    A pipe is not waited for, and of a file that grows while it is read no more is kept than may be.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except ValueError as reason:
        raise UnfitFileError(path, "a name that no file can have") from reason
    with os.fdopen(descriptor, "rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise UnfitFileError(path, "a folder" if stat.S_ISDIR(facts.st_mode) else "no regular file")
        content = file.read(most_bytes + 1) if facts.st_size <= most_bytes else b""
        if facts.st_size > most_bytes or len(content) > most_bytes:
            raise UnfitFileError(path, f"larger than {in_megabytes(most_bytes)}")
        return content


def in_megabytes(count: int) -> str:
    """`2 MB` or `0.5 MB`, for people."""
    return f"{count / 1_000_000:g} MB"


def is_there(path: Path) -> bool:
    """True when something has this name, be it a link that leads nowhere."""
    try:
        return os.path.lexists(path)
    except (OSError, ValueError):
        return False


def write_whole(files: Iterable[tuple[Path, bytes]], durable: bool = True, sources: Iterable[Path] = ()) -> None:
    """Files where somebody wants them, all of them whole or none changed. Raises OSError.

    No device, pipe or link is replaced, and none of the `sources` that the files were made from. What can be made
    again, as in a cache, need not be `durable`: then the disk is not waited for.
    """
    asides = [(path.with_name(f"{path.name}{ASIDE}{os.getpid()}"), path, content) for path, content in files]
    given = list(sources)
    for _, path, _ in asides:
        refuse_foreign(path)
        if any(_is_same(path, source) for source in given):
            raise UnfitFileError(path, "it is the file that is read")
    try:
        for aside, _, content in asides:
            write(aside, content, durable)
        for aside, path, _ in asides:
            aside.replace(path)
    finally:
        for aside, _, _ in asides:
            aside.unlink(missing_ok=True)


def refuse_foreign(path: Path) -> None:
    """Raise UnfitFileError for a name that something else than a regular file has."""
    if is_there(path) and not stat.S_ISREG(path.lstat().st_mode):
        words = "a link" if path.is_symlink() else "a folder" if path.is_dir() else "no regular file"
        raise UnfitFileError(path, words)


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except (OSError, ValueError):
        return False


def write(path: Path, content: bytes, durable: bool = True) -> None:
    """One file, on the disk when this returns. Raises OSError."""
    with path.open("wb") as file:
        file.write(content)
        if durable:
            file.flush()
            os.fsync(file.fileno())
