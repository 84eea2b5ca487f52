"""Pages as pictures, to be looked at: every page of one edition, and the pages that differ most of all the others.

`make contact-sheet` writes PNG files in colour and in grey to `contact-sheets/`. It looks at what lies in `dist/`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import pypdfium2
from PIL import Image

PROJECT = Path(__file__).resolve().parent.parent
DPI = 50
COLUMNS = 8
ROWS = 3
GAP_PX = 8
TARGET = PROJECT / "contact-sheets"


def pictures(file: Path, pages: Iterable[int] | None = None) -> list[Image.Image]:
    """The pages of a PDF as pictures: all of them, or those of these indexes."""
    with pypdfium2.PdfDocument(file) as pdf:
        return [pdf[index].render(scale=DPI / 72).to_pil() for index in (range(len(pdf)) if pages is None else pages)]


def sheets(pages: list[Image.Image]) -> Iterable[Image.Image]:
    """Pictures in rows, as many sheets as they need."""
    width, height = (max(sides) + GAP_PX for sides in zip(*(page.size for page in pages), strict=True))
    for start in range(0, len(pages), COLUMNS * ROWS):
        share = pages[start : start + COLUMNS * ROWS]
        sheet = Image.new("RGB", (width * min(len(share), COLUMNS), height * -(-len(share) // COLUMNS)), "#777777")
        for place, page in enumerate(share):
            sheet.paste(page, (place % COLUMNS * width + GAP_PX // 2, place // COLUMNS * height + GAP_PX // 2))
        yield sheet


def that_differ(file: Path) -> list[int]:
    """The indexes of the cover, of the first pages of directory and order line, and of the back cover."""
    with pypdfium2.PdfDocument(file) as pdf:
        tops = {item.get_title(): item.get_dest().get_index() for item in pdf.get_toc() if item.level == 0}
        first = tops["Support directory"]
        return [0, *range(first, tops["Order line"] + 1), len(pdf) - 1]


def main(edition: str) -> None:
    """Write all sheets."""
    TARGET.mkdir(exist_ok=True)
    entries = json.loads((PROJECT / "dist/manifest.json").read_text("utf-8"))["files"]
    whole = [PROJECT / "dist" / entry["file"] for entry in entries if entry["edition"] == edition]
    main_screen = [entry for entry in entries if (entry["publication"], entry["format"]) == ("main", "screen")]
    others = [PROJECT / "dist" / entry["file"] for entry in main_screen if entry["edition"] != edition]
    jobs = {file.stem: pictures(file) for file in whole}
    jobs |= {f"{file.stem}-differs": pictures(file, that_differ(file)) for file in others}
    for name, pages in jobs.items():
        for number, sheet in enumerate(sheets(pages), 1):
            sheet.save(TARGET / f"{name}-{number}.png")
            sheet.convert("L").save(TARGET / f"{name}-{number}-grey.png")
    print(f"{len(jobs)} files looked at: {TARGET.relative_to(PROJECT)}/")


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["VIC"]))
