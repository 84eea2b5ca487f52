"""Differences: what is printed otherwise in one state than in another.

A state is a project (a folder, or a git revision of one), an edition of it, a build (a folder that `booklet build` has
delivered), or one finished file. Of sources only the parts that differ are set, to know their pages; finished files are
read as they are. `copies` tells the blocks of a title in an edition, `alignment` puts them side by side, `comparing`
gathers what changed over titles and editions, and `report` tells it.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from booklet.composing import Block
from booklet.differences.addressing import address, change_address, page_of
from booklet.differences.alignment import changed_numbers, changes
from booklet.differences.comparing import compare_copies, compare_sources, compare_titles, copy_changes
from booklet.differences.copies import Copy, SourceCopies, Sources, file_copy, sources, volumes_copy
from booklet.differences.records import Change, Comparison, DifferenceError, TitleChanges
from booklet.differences.report import as_data, as_html, as_text, marked
from booklet.dispatch import MANIFEST, Entry, read_manifest
from booklet.revisions import revision
from booklet.store import CACHE, Store

__all__ = [
    "Block",
    "Change",
    "Comparison",
    "Copy",
    "DifferenceError",
    "SourceCopies",
    "Sources",
    "State",
    "TitleChanges",
    "address",
    "as_data",
    "as_html",
    "as_text",
    "change_address",
    "changed_numbers",
    "changes",
    "compare_sources",
    "compare_titles",
    "copy_changes",
    "difference",
    "file_copy",
    "marked",
    "page_of",
    "sources",
    "state",
    "volumes_copy",
]

TAGGED = ("screen", "large-print")
"""The formats whose files tell their words."""
NOW = "the project as it is now"
State = Sources | tuple[Path, tuple[Entry, ...]] | Path
"""Sources; a build with what its manifest lists; or a finished file."""


def difference(
    old: str,
    new: str,
    project: Path,
    day: date,
    titles: Iterable[str] = (),
    editions: Iterable[str] = (),
    pictures: bool = False,
) -> Comparison:
    """What is printed otherwise in one state than in another, each named as `state` says. Raises BookletError."""
    titles, editions = tuple(titles), tuple(code.upper() for code in editions)
    with ExitStack() as stack:
        before, after = (state(name, project, day, stack) for name in (old, new))
        if isinstance(before, Sources) and isinstance(after, Sources):
            return compare_sources(before, after, titles, editions, pictures)
        if isinstance(before, Path) and isinstance(after, Path):
            pair = (file_copy(before), file_copy(after))
            return compare_copies((before.name, after.name), [pair], (), pictures)
        if isinstance(before, Path) or isinstance(after, Path):
            raise DifferenceError("A file is compared with a file: name two PDFs.")
        one, other = (_Build(row, titles, editions) for row in (before, after))
        shared = [key for key in other.keys if key in one.keys]
        if not shared:
            raise DifferenceError(f"{old} and {new} have no title of an edition in common (format {TAGGED[0]}).")
        same = {key for key in shared if one.hash(key) and one.hash(key) == other.hash(key)}
        alone = sorted({*one.keys} ^ {*other.keys})
        notes = [f"Only in one of both: {', '.join(' '.join(key) for key in alone)}."] if alone else []
        pairs = ((one.copy(*key), other.copy(*key)) for key in shared if key not in same)
        return compare_copies((old, new), pairs, notes, pictures)


def state(name: str, project: Path, day: date, stack: ExitStack) -> State:
    """What a name stands for: a PDF, a folder with chapters/ or with a manifest.json, an edition's code, or a git
    revision of the project, whose folder goes when the stack closes. Raises BookletError.
    """
    path = Path(name)
    store = Store(project / CACHE)
    if name and _exists(path):
        if not path.is_dir():
            return path
        if (path / "chapters").is_dir():
            return sources(path.resolve(), NOW if path.samefile(project) else name, day, store)
        entries = tuple(entry for entry in read_manifest(path) if entry.format in TAGGED)
        if entries:
            return path, entries
        found = f"{name} has neither chapters/ nor a {MANIFEST} that lists files for a screen."
        raise DifferenceError(found)
    if (project / f"chapters/editions/{name.lower()}.toml").is_file() and name.isalpha():
        return sources(project, name.upper(), day, store, name.upper())
    folder, commit = stack.enter_context(revision(project, name))
    return sources(folder, name if commit.startswith(name) else f"{name} ({commit})", day, store)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


class _Build:
    """The copies of a build, or of sources beside one: by title and edition."""

    def __init__(
        self, row: Sources | tuple[Path, tuple[Entry, ...]], titles: tuple[str, ...], editions: tuple[str, ...]
    ) -> None:
        self._copies = SourceCopies(row) if isinstance(row, Sources) else None
        self._files: dict[tuple[str, str], tuple[Path, str]] = {}
        if isinstance(row, Sources):
            known = [(title, edition) for title in row.titles for edition in row.editions]
        else:
            folder, entries = row[0], [entry for entry in row[1] if entry.format == TAGGED[0]]
            known = [(entry.publication, entry.edition) for entry in entries]
            self._files = {(e.publication, e.edition): (folder / e.file, e.sha256) for e in entries}
        self.keys = [key for key in known if key[0] in (titles or [key[0]]) and key[1] in (editions or [key[1]])]

    def hash(self, key: tuple[str, str]) -> str:
        """The hash of a file; nothing for sources."""
        return self._files[key][1] if self._files else ""

    def copy(self, title: str, edition: str) -> Copy:
        """A title of an edition."""
        if self._copies:
            return self._copies.copy(title, edition)
        return file_copy(self._files[title, edition][0], title, edition)
