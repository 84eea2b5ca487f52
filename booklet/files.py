"""Files appear whole or not at all: written aside, flushed to the disk, then renamed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

ASIDE = ".aside-"


def write_whole(files: Iterable[tuple[Path, bytes]], durable: bool = True) -> None:
    """Files where somebody wants them, all of them whole or none changed. Raises OSError.

    What can be made again, as in a cache, need not be `durable`: then the disk is not waited for.
    """
    asides = [(path.with_name(f"{path.name}{ASIDE}{os.getpid()}"), path, content) for path, content in files]
    try:
        for aside, _, content in asides:
            write(aside, content, durable)
        for aside, path, _ in asides:
            aside.replace(path)
    finally:
        for aside, _, _ in asides:
            aside.unlink(missing_ok=True)


def write(path: Path, content: bytes, durable: bool = True) -> None:
    """One file, on the disk when this returns. Raises OSError."""
    with path.open("wb") as file:
        file.write(content)
        if durable:
            file.flush()
            os.fsync(file.fileno())
