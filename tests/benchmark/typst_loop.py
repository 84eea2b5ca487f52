"""Every prepared booklet set by Typst: `python -m tests.benchmark.typst_loop FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

import typst

from tests.benchmark.worklist import read_list


def main(folder: Path) -> None:
    """Set each booklet whole, one after another; the fonts are read once."""
    (folder / "typst").mkdir(exist_ok=True)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder / "fonts"])
    for book in read_list(folder):
        typst.compile(
            folder / f"{book.name}.typ",
            folder / "typst" / f"{book.name}.pdf",
            root=folder,
            font_paths=fonts,
            pdf_standards=["ua-1"] if book.typst_ua else [],
            timestamp=0,
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
