"""What is asked of a build, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from booklet import dispatch
from booklet.findings import BookletError, Finding, has_errors
from booklet.formats import PrintOptions
from booklet.store import CACHE

Tell = Callable[[str, int, int], None]
"""Told of each step: what it is, how many are done, how many there are."""


class SourcesChangedError(BookletError):
    """The chapters were saved while they were built: what was read is no longer what was hashed."""

    exit_status = 1


@dataclass(frozen=True)
class Order:
    """What to build: no editions or formats named means all of them, no titles the main booklet and every insert.

    `examine_whole` has every finished file looked into from nothing, beside the verdict from its parts. `jobs` is the
    number of processes: 0 means as many as there are processors. `imprints` is the table or folder of the clinics that
    are to have copies of their own, in place of the editions themselves.
    """

    project: Path
    dist: Path
    today: date
    editions: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    use_cache: bool = True
    pdf_ua: int = 1
    printing: PrintOptions = field(default_factory=PrintOptions)
    all_or_nothing: bool = False
    examine_whole: bool = False
    jobs: int = 0
    imprints: Path | None = None

    @property
    def is_whole(self) -> bool:
        """True when everything there is was asked for."""
        return not (self.editions or self.formats or self.titles)

    @property
    def store(self) -> Path:
        """The folder of what was made before."""
        return self.project / CACHE


@dataclass(frozen=True)
class KeptBack:
    """A job whose files were not delivered: title, edition and format."""

    title: str
    edition: str
    format: str

    def __str__(self) -> str:
        return f"{self.edition} {self.title} {self.format}"


@dataclass(frozen=True)
class Receipt:
    """What came of it: the files as the manifest has them, which of them are new, what was kept back, and every
    finding. `typeset` and `reused` count the parts that were written and those that the store had.
    """

    files: tuple[dispatch.Entry, ...]
    built: int
    findings: tuple[Finding, ...]
    seconds: float
    typeset: int = 0
    reused: int = 0
    kept_back: tuple[KeptBack, ...] = ()

    @property
    def waived(self) -> dict[str, tuple[str, ...]]:
        """What somebody answers for, and the files that it was found in, whenever these were made."""
        words = dict.fromkeys(words for entry in self.files for words in entry.waived)
        return {each: tuple(entry.file for entry in self.files if each in entry.waived) for each in words}

    @property
    def failed(self) -> bool:
        """True when a finding stopped the build, or a part of it."""
        return has_errors(self.findings)
