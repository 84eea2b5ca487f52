"""Dispatch: finished files to `dist/`, whole or not at all.

Everything is written into a folder aside, inside `dist/` so that it lies on the same disk, and only when all of it
is there is each file put in its place by renaming. `manifest.json` goes last: it names every file with its
checksum.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from booklet.files import ASIDE, write

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Entry:
    """One file of the manifest. `source` is the hash of everything it was made from; `volumes` how many files the
    publication has in this edition and format: volumes, or what belongs to one press job or one kit.
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
    source: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is, whatever its file is called: publication, edition and format."""
        return (self.publication, self.edition, self.format)


@dataclass(frozen=True)
class Delivery:
    """A finished file: where it goes under `dist/`, what it holds, and what the manifest says of it."""

    entry: Entry
    content: bytes


def read_manifest(dist: Path) -> tuple[Entry, ...]:
    """The entries whose files still lie in `dist` as they were delivered. A manifest that cannot be read has none."""
    try:
        rows = json.loads((dist / MANIFEST).read_text("utf-8"))["files"]
        entries = [Entry(**{**row, "trim_mm": tuple(row["trim_mm"])}) for row in rows]
        return tuple(entry for entry in entries if _is_whole(dist, entry))
    except (OSError, ValueError, TypeError, KeyError):
        return ()


def deliver(dist: Path, deliveries: tuple[Delivery, ...], versions: str) -> None:
    """Put the files in place, and the manifest after them; earlier files of other editions stay. Raises OSError.

    A volume that the same booklet has no longer goes.
    """
    new = {delivery.entry.file: delivery.entry for delivery in deliveries}
    keys = {(entry.key, entry.issue) for entry in new.values()}
    earlier = {entry.file: entry for entry in read_manifest(dist)}
    gone = [file for file, entry in earlier.items() if (entry.key, entry.issue) in keys and file not in new]
    entries = {file: entry for file, entry in earlier.items() if file not in gone} | new
    rows = [asdict(entries[file]) for file in sorted(entries)]
    manifest = json.dumps({"versions": versions, "files": rows}, indent=2, ensure_ascii=False) + "\n"
    with _aside(dist) as aside:
        for number, delivery in enumerate(deliveries):
            write(aside / str(number), delivery.content)
        write(aside / MANIFEST, manifest.encode())
        for number, delivery in enumerate(deliveries):
            target = dist / delivery.entry.file
            target.parent.mkdir(parents=True, exist_ok=True)
            (aside / str(number)).replace(target)
        (aside / MANIFEST).replace(dist / MANIFEST)
        for file in gone:
            (dist / file).unlink(missing_ok=True)


def _is_whole(dist: Path, entry: Entry) -> bool:
    path = dist / entry.file
    return path.is_file() and sha256(path.read_bytes()).hexdigest() == entry.sha256


@contextmanager
def _aside(dist: Path) -> Iterator[Path]:
    """A folder aside, gone again whatever happens; what a killed build left behind goes too."""
    dist.mkdir(parents=True, exist_ok=True)
    for old in dist.glob(f"{ASIDE}*"):
        shutil.rmtree(old, ignore_errors=True)
    folder = dist / f"{ASIDE}{os.getpid()}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
