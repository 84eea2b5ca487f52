"""Total ink measured on strangers' files: how often preflight and Ghostscript agree that a page has too much.

`python tests/inks.py DIR` asks both of the first pages of every PDF under a folder (such as `test/pdfs` of
github.com/mozilla/pdf.js), and prints what they disagree in; with `--write` the figures go into docs/preflight.md.
Ghostscript draws in four inks (`tiff32nc`) and is asked of the pages that preflight accuses, and of those that are
painted in inks, where it may find what preflight does not.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pikepdf
from PIL import Image

from booklet.pdf import Content, FontTable, Geometry, Item, geometry_of, peak_percent, read_page
from booklet.pdf.plates import coverage
from booklet.preflight import PROFILES, examine
from tests.corpus import DOCUMENT, put

BEGIN, END = "<!-- measured by tests/inks.py -->\n", "<!-- end of inks -->\n"
PAGES = 2
DPI = 72
SLACK_PERCENT = 10
"""What two ways to draw an edge may differ by."""
INKED = frozenset(("DeviceCMYK", "Separation", "DeviceN"))


@dataclass(frozen=True)
class Page:
    """What both say of a page: too much ink or not, and the percent that Ghostscript counts."""

    file: str
    number: int
    accused: bool
    counted: float

    @property
    def is_right(self) -> bool:
        """True where both agree, or differ by less than drawing may."""
        limit = PROFILES["press"].ink_limit_percent
        return (self.counted > limit - SLACK_PERCENT) if self.accused else (self.counted < limit + SLACK_PERCENT)


def pages_of(path: Path) -> Iterator[Page]:
    """The first pages of a file that one of both may accuse. A file that does not open has none."""
    content = path.read_bytes()
    report = examine(content, path.name, PROFILES["press"])
    accused = {number for each in report.complaints if each.code == "INK-110" for number in each.pages}
    try:
        with pikepdf.Pdf.open(io.BytesIO(content)) as pdf:
            table = FontTable()
            for index, page in enumerate(pdf.pages[:PAGES]):
                geometry = geometry_of(page.obj)[0]
                if index + 1 in accused or _is_inked(read_page(page, index, table)):
                    counted = ghostscript(path, index + 1, geometry)
                    if counted is not None:
                        yield Page(path.name, index + 1, index + 1 in accused, counted)
    except pikepdf.PikepdfError:
        return


def _is_inked(content: Content) -> bool:
    return any(family in INKED for item in content.items for family in _families(item))


def _families(item: Item) -> Iterator[str]:
    for space in (item.colour and item.colour.space, item.picture and item.picture.space):
        while space:
            yield space.family
            space = space.base


def ghostscript(path: Path, number: int, geometry: Geometry) -> float | None:
    """The most ink on a page as Ghostscript draws it, in percent; None where it does not."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "page.tif"
        pages = [f"-dFirstPage={number}", f"-dLastPage={number}", f"-r{DPI}", f"-sOutputFile={target}", str(path)]
        command = ["gs", "-q", "-dSAFER", "-dNOPAUSE", "-dBATCH", "-sDEVICE=tiff32nc", "-dSimulateOverprint=true"]
        try:
            subprocess.run([*command, *pages], check=True, capture_output=True, timeout=120)
            with Image.open(target) as drawn:
                inks = [Image.eval(ink, lambda value: 255 - value) for ink in drawn.split()]
        except (subprocess.SubprocessError, OSError):
            return None
        return peak_percent(coverage(inks, geometry)) if len(inks) == 4 else None


def told(folder: Path, found: list[Page], files: int, day: date) -> str:
    """What was measured, in a sentence, and the pages on which both disagree."""
    accused = [page for page in found if page.accused]
    wrongly = [page for page in accused if not page.is_right]
    missed = [page for page in found if not page.accused and not page.is_right]
    return (
        f"Measured on {day:%-d %B %Y} on the first {PAGES} pages of {files} PDFs of {folder.name}. Of {len(found)} "
        f"pages that are painted in inks or accused, {len(accused)} are accused of too much: {len(wrongly)} although "
        f"Ghostscript counts less by more than {SLACK_PERCENT} percent. {len(missed)} are not accused although it "
        f"counts more by as much."
    )


def main(arguments: list[str]) -> int:
    """Print what was measured, and where both disagree."""
    folders = [Path(argument) for argument in arguments if not argument.startswith("-")]
    paths = sorted(folders[0].rglob("*.pdf")) if len(folders) == 1 else []
    if not paths:
        print("usage: python tests/inks.py DIR [--write], where DIR holds PDFs", file=sys.stderr)
        return 2
    found = [page for path in paths for page in pages_of(path)]
    text = told(folders[0], found, len(paths), date.today())
    print(text)
    for page in found:
        if not page.is_right:
            verdict = "accused" if page.accused else "not accused"
            print(f"{page.file}, page {page.number}: {verdict}; Ghostscript counts {page.counted:.0f} percent")
    if "--write" in arguments:
        put(DOCUMENT, BEGIN, END, text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
