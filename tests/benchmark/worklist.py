"""What the loops are given to set: a list in the folder of prepared booklets."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

LIST = "books.json"


@dataclass(frozen=True)
class Book:
    """One document to set: its name in the folder, its format and style sheets, what WeasyPrint is asked to claim
    (`variant`), and whether Typst is asked for PDF/UA-1, the only one of these claims that it knows.
    """

    name: str
    format: str
    stylesheets: tuple[str, ...]
    variant: str | None
    typst_ua: bool


def write_list(folder: Path, books: Iterable[Book]) -> None:
    """Keep the list of what was prepared."""
    (folder / LIST).write_text(json.dumps([asdict(book) for book in books], indent=1), "utf-8")


def read_list(folder: Path) -> list[Book]:
    """The books that were prepared."""
    rows = json.loads((folder / LIST).read_text("utf-8"))
    return [Book(**{**row, "stylesheets": tuple(row["stylesheets"])}) for row in rows]
