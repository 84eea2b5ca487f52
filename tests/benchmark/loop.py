"""Every prepared booklet set by WeasyPrint alone: `python -m tests.benchmark.loop FOLDER CHAPTERS`.

This is what a script without this project would do. It checks and stores nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

import weasyprint

from tests.benchmark.worklist import read_list


def main(folder: Path, chapters: Path) -> None:
    """Set each booklet whole, one after another."""
    (folder / "loop").mkdir(exist_ok=True)
    base = f"{chapters.as_uri()}/"
    for book in read_list(folder):
        html = weasyprint.HTML(string=(folder / f"{book.name}.html").read_text("utf-8"), base_url=base)
        html.write_pdf(
            folder / "loop" / f"{book.name}.pdf", stylesheets=list(book.stylesheets), pdf_variant=book.variant
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
