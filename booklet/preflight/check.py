"""A row of the table of checks, and of which profiles it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from booklet.findings import CODES, Severity
from booklet.preflight.dossier import Dossier
from booklet.preflight.records import PROFILES, Defect, Output, Profile

ERROR, WARNING = Severity.ERROR, Severity.WARNING
Asked = Callable[[Profile], bool]


def every(_: Profile) -> bool:
    """Asked of every file."""
    return True


def tagged(profile: Profile) -> bool:
    """Asked of files that are read on a screen or aloud, and are tagged for it."""
    return profile.output is Output.SCREEN


def printed(profile: Profile) -> bool:
    """Asked of files that are for paper alone."""
    return profile.output is not Output.SCREEN


def press(profile: Profile) -> bool:
    """Asked of files that are printed in the inks of a press."""
    return profile.output is Output.PRESS


def copier(profile: Profile) -> bool:
    """Asked of files that an office copier prints."""
    return profile.output is Output.COPIER


def upright(profile: Profile) -> bool:
    """Asked of files in which nothing may lean."""
    return not profile.italics


@dataclass(frozen=True)
class Check:
    """One row: code and severity, the clause or source it rests on, what to do, of which profiles it is asked, the
    test. Raises ValueError when it is asked of none.
    """

    code: str
    severity: Severity
    clause: str
    hint: str
    asked_of: Asked
    test: Callable[[Dossier], Iterator[Defect]]

    def __post_init__(self) -> None:
        if not self.profiles:
            raise ValueError(f"{self.code} is asked of no profile")

    @property
    def profiles(self) -> tuple[str, ...]:
        """The names of the profiles that ask it."""
        return tuple(name for name, profile in PROFILES.items() if self.asked_of(profile))

    @property
    def what(self) -> str:
        """What is wrong when it speaks."""
        return CODES[self.code]
