"""Files are read within bounds, appear whole or not at all, and belong to one build at a time."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from types import FrameType

ASIDE = ".aside-"
TEMPORARY = "booklet-made-"
_YOUNG_SECONDS = 60
"""As long as a temporary folder is younger, its process may not have taken it yet."""
MAX_HASHED_BYTES = 60_000_000
"""No source may be larger. Of a larger file of a folder the size and times stand for its content."""
MAX_FOLDERS_DEEP = 30


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
    try:
        opened = os.fdopen(descriptor, "rb")
    except IsADirectoryError as reason:  # which names the descriptor, and leaves it open
        os.close(descriptor)
        raise UnfitFileError(path, "a folder") from reason
    with opened as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise UnfitFileError(path, "no regular file")
        content = file.read(most_bytes + 1) if facts.st_size <= most_bytes else b""
        if facts.st_size > most_bytes or len(content) > most_bytes:
            raise UnfitFileError(path, f"larger than {in_megabytes(most_bytes)}")
        return content


def in_megabytes(count: int) -> str:
    """`2 MB` or `0.5 MB`, for people."""
    return f"{count / 1_000_000:g} MB"


def inside(folder: Path, path: Path) -> bool:
    """True when the path, links followed, stays in the folder. Links that turn in a circle lead nowhere."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        return False


def is_there(path: Path) -> bool:
    """True when something has this name, be it a link that leads nowhere."""
    try:
        return os.path.lexists(path)
    except (OSError, ValueError):
        return False


def is_file(path: Path) -> bool:
    """True when a regular file, links followed, has this name."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def folder_hash(folder: Path, within: Path | None = None) -> bytes:
    """A hash of the names and contents of all files of a folder.

    Links are followed as far as they stay `within` a folder (by default this one); of others, and of what is no regular
    file or too large to be read, the hash has the name and kind.
    """
    digest = sha256()
    for name, content in contents(folder, within or folder):
        digest.update(f"{name} {len(content)} ".encode("utf-8", "surrogateescape") + content)
    return digest.digest()


def stamp(path: Path) -> tuple[int, ...]:
    """What changes of a file as soon as it is written again, be it with the same bytes. Raises OSError."""
    try:
        facts = path.stat()
    except ValueError as reason:
        raise UnfitFileError(path, "a name that no file can have") from reason
    return facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns


def stamps(folder: Path, within: Path | None = None) -> dict[str, tuple[int, ...]]:
    """What changes of each file of a folder as soon as it is written again, be it with the same bytes."""
    found: dict[str, tuple[int, ...]] = {}
    for name, path in _files(folder, within or folder):
        with suppress(OSError):
            found[name] = stamp(path)
    return found


def contents(folder: Path, within: Path) -> Iterator[tuple[str, bytes]]:
    """The name and content of each file of a folder, as `folder_hash` has them, in order."""
    for name, path in _files(folder, within):
        if path.is_symlink() and not inside(within, path):
            yield name, b"a link that leads out"
            continue
        try:
            yield name, read(path, MAX_HASHED_BYTES)
        except OSError as reason:
            with suppress(OSError):
                facts = path.lstat()
                told = (reason.errno, facts.st_mode, facts.st_size, facts.st_mtime_ns)
                yield name, repr(told).encode()


def _files(folder: Path, within: Path) -> Iterator[tuple[str, Path]]:
    """The files of a folder in order, by name; folders that links lead to are gone into once, and inside `within`."""
    seen: set[tuple[int, int]] = set()

    def found(inner: Path, name: str, depth: int) -> Iterator[tuple[str, Path]]:
        try:
            facts = inner.stat()
            entries = sorted(os.scandir(inner), key=lambda entry: entry.name)
        except OSError:
            return
        if (facts.st_dev, facts.st_ino) in seen or depth > MAX_FOLDERS_DEEP:
            return
        seen.add((facts.st_dev, facts.st_ino))
        for entry in entries:
            try:
                is_folder = entry.is_dir() and (not entry.is_symlink() or inside(within, Path(entry.path)))
            except OSError:
                is_folder = False
            if entry.name == "__pycache__":
                continue
            if is_folder:
                yield from found(Path(entry.path), f"{name}{entry.name}/", depth + 1)
            else:
                yield f"{name}{entry.name}", Path(entry.path)

    yield from found(folder, "", 0)


def write_into(folder: Path, files: Iterable[tuple[str, bytes]]) -> tuple[Path, ...]:
    """Files by name in a folder, which may be new: all of them whole, or none changed. Raises OSError."""
    rows = [(folder / name, content) for name, content in files]
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(rows)
    return tuple(path for path, _ in rows)


def write_whole(
    files: Iterable[tuple[Path, bytes]], durable: bool = True, sources: Iterable[Path] = (), mode: int = 0o666
) -> None:
    """Files where somebody wants them, all of them whole or none changed. Raises OSError.

    No device, pipe or link is replaced, and none of the `sources` that the files were made from. What can be made
    again, as in a cache, need not be `durable`: then the disk is not waited for. `mode` says who may read and write
    them, before the process's own mask.
    """
    asides = [(path.with_name(f"{path.name}{ASIDE}{os.getpid()}"), path, content) for path, content in files]
    given = list(sources)
    for _, path, _ in asides:
        refuse_foreign(path)
        if any(_is_same(path, source) for source in given):
            raise UnfitFileError(path, "it is the file that is read")
    try:
        for aside, _, content in asides:
            write(aside, content, durable, mode)
        with signals_deferred():
            replace_all((aside, path) for aside, path, _ in asides)
    finally:
        for aside, _, _ in asides:
            aside.unlink(missing_ok=True)


def refuse_foreign(path: Path) -> None:
    """Raise UnfitFileError for a name that something else than a regular file has."""
    if is_there(path) and not stat.S_ISREG(path.lstat().st_mode):
        words = "a link" if path.is_symlink() else "a folder" if path.is_dir() else "no regular file"
        raise UnfitFileError(path, words)


def replace_all(moves: Iterable[tuple[Path, Path]]) -> None:
    """Put files that lie aside in their places, all or none: what fails is taken back. Raises OSError."""
    rows = [(aside, target, aside.with_name(f"{aside.name}.before")) for aside, target in moves]
    placed: list[tuple[Path, Path | None]] = []
    try:
        for aside, target, before in rows:
            refuse_foreign(target)
            existed = target.exists()
            if existed:
                _keep(target, before)
            aside.replace(target)
            placed.append((target, before if existed else None))
    except OSError:
        for target, kept in reversed(placed):
            if kept:
                kept.replace(target)
            else:
                target.unlink(missing_ok=True)
        raise
    finally:
        for _, _, before in rows:
            before.unlink(missing_ok=True)


def _keep(path: Path, name: Path) -> None:
    """The same file under a second name; a copy where a disk has no such names."""
    name.unlink(missing_ok=True)
    try:
        name.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, name)


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except (OSError, ValueError):
        return False


def write(path: Path, content: bytes, durable: bool = True, mode: int = 0o666) -> None:
    """One file, on the disk when this returns; never through a link. Raises OSError."""
    path.unlink(missing_ok=True)
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
        file.write(content)
        if durable:
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def alone(folder: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """While one process works on a folder, others wait, and say so first. The lock ends with the process, however that
    ends. Where a system or disk has no such locks there is none. Raises OSError.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for one process, gone again whatever happens; those of killed processes go with the next."""
    for old in Path(tempfile.gettempdir()).glob(f"{TEMPORARY}*") if hasattr(os, "getuid") else ():
        with suppress(OSError):
            facts = old.lstat()
            is_own = stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.getuid()
            if is_own and time.time() - facts.st_mtime > _YOUNG_SECONDS and is_idle(old):
                shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, ignore_cleanup_errors=True) as name, alone(Path(name)):
        yield Path(name)


def is_idle(folder: Path) -> bool:
    """True when no process that is still there has this folder to itself; False where a system cannot say."""
    try:
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


@contextmanager
def signals_deferred() -> Iterator[None]:
    """An interrupt or a wish to end is heard when the work inside is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        heard.append(number)

    names = ("SIGINT", "SIGTERM", "SIGHUP")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    deferred = [number for number in numbers if before[number] not in (signal.SIG_IGN, None)]
    for number in deferred:
        signal.signal(number, note)
    try:
        yield
    finally:
        for number in deferred:
            signal.signal(number, before[number])
        for number in heard:
            os.kill(os.getpid(), number)
