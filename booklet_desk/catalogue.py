"""What can be ordered: the codes of `dist/manifest.json`, those of earlier issues leading to what is printed now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from booklet.dispatch import MANIFEST, read_codes, read_entries
from booklet.order_codes import CodeEntry, recognise
from booklet_desk.records import Content, DeskError, Item

FOLDED_MM = 215
"""What is longer does not go into the envelope of a small booklet: it is counted as A4."""
SIZES = {
    "": "standard", "standard": "standard", "a5": "standard", "normal": "standard", "regular": "standard",
    "large": "large-print", "large-print": "large-print", "large print": "large-print", "lp": "large-print",
}  # fmt: skip
"""The sizes of print, as people write them."""


@dataclass(frozen=True)
class Catalogue:
    """Every code, now and earlier."""

    entries: tuple[CodeEntry, ...]

    @property
    def titles(self) -> dict[str, str]:
        """What can be ordered now: the name of each title by its id, the main booklet first."""
        named = {entry.publication: entry.title for entry in self.entries if entry.is_current}
        return dict(sorted(named.items(), key=lambda row: (row[0] != "main", row[0])))

    @property
    def issue(self) -> str:
        """What is printed now."""
        return next((entry.issue for entry in self.entries if entry.is_current), "")

    def find(self, title: str, edition: str, size: str) -> str | None:
        """The code of a title (its id or its name) in an edition and a size of print."""
        wanted = title.strip().casefold()
        ids = [id for id, name in self.titles.items() if wanted in (id.casefold(), name.casefold())]
        things = {entry.thing: entry.code for entry in self.entries if entry.is_current}
        return things.get((ids[0], edition, size)) if ids else None

    def recognise(self, said: str) -> str | None:
        """The code that is printed now for the code that was written, said or taken from an old copy."""
        code = recognise(said, (entry.code for entry in self.entries)).code
        return self.today(code) if code else None

    def today(self, code: str) -> str | None:
        """The code of today for the same thing; None where it is no longer printed."""
        entry = self.entry(code)
        return next((row.code for row in self.entries if row.is_current and entry and row.thing == entry.thing), None)

    def entry(self, code: str) -> CodeEntry | None:
        """What a code stands for, as it is printed now where it is."""
        rows = [row for row in self.entries if row.code == code]
        return next((row for row in rows if row.is_current), rows[0] if rows else None)

    def renewed(self, content: Content) -> Content:
        """The content with the codes that are printed now; one that is no longer printed stays."""
        items = tuple(Item(self.today(item.code) or item.code, item.copies) for item in content.items)
        return replace(content, items=items)

    def words(self, item: Item) -> str:
        """An item for a person: copies, code and what it stands for."""
        entry = self.entry(item.code)
        return f"{item.copies} × {item.code}  {entry if entry else 'not in the manifest'}"


def read_pages(dist: Path) -> dict[str, tuple[int, bool]]:
    """How many pages stand behind a code, all volumes together, and whether they are A4."""
    pages: dict[str, tuple[int, bool]] = {}
    things = {entry.code: entry for entry in read_codes(dist) if entry.is_current}
    for entry in read_entries(dist):
        code = things.get(entry.order_code)
        is_thing = code and (code.publication, code.issue) == (entry.publication, entry.issue)
        if is_thing and entry.format in ("screen", "large-print"):
            is_a4 = max(entry.trim_mm) > FOLDED_MM
            pages[entry.order_code] = (pages.get(entry.order_code, (0, is_a4))[0] + entry.pages, is_a4)
    return pages


def read_catalogue(dist: Path) -> Catalogue:
    """The catalogue of what was built. Raises DeskError where nothing was."""
    entries = read_codes(dist)
    if not entries:
        raise DeskError(f"{dist.name}/{MANIFEST} has no order codes. Run booklet build first, or give --dist.")
    return Catalogue(entries)
