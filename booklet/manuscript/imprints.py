"""Clinics that have copies with their own name: rows of a table, or a file each. All are checked before any is made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from booklet import files
from booklet.files import inside
from booklet.findings import BookletError, Finding, Place, error, warning
from booklet.manuscript.reading import Data, UnreadableError, parse_toml, read_text, validate
from booklet.manuscript.records import (
    Identifier,
    Line,
    Manuscript,
    PhoneNumber,
    Readers,
    Record,
    TextNumber,
    no_template,
)
from booklet.spreadsheets import MOST_BYTES, SpreadsheetError, read_sheet

COLUMNS = ("id", "name", "address", "phone", "sms", "hours", "logo", "languages", "copies", "edition")
COMPULSORY = ("id", "name", "edition")
_FORMULA = re.compile(r"[=@+\-\t\r]")
"""How a cell begins that a spreadsheet program would run (OWASP, CSV Injection)."""
_DEVICE = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")
"""What no folder may be called on Windows (Microsoft, Naming Files, Paths, and Namespaces)."""
_STRAY = re.compile(r"[\x00-\x1f\x7f-\x9f\ue000-\uf8ff\ufffe\uffff]")


class NoImprintsError(BookletError):
    """There is no table of clinics where somebody says there is, or it has no rows."""

    exit_status = 2


def _no_formula(value: object) -> object:
    if isinstance(value, str) and _FORMULA.match(value):
        raise ValueError("it begins as a formula does")
    if isinstance(value, str) and _STRAY.search(value):
        raise ValueError("it holds characters that are for machines alone")
    return value


Cell = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(no_template), BeforeValidator(_no_formula)]
"""What a cell holds: a line, as nobody's panel has more."""


Copies = Annotated[int, Field(ge=1, le=1_000_000)]


def _no_device(id: str) -> str:
    if _DEVICE.fullmatch(id):
        raise ValueError("no folder may be called so on Windows")
    return id


def _logo(name: str) -> str:
    if not name.lower().endswith((".svg", ".png")):
        raise ValueError("not a file that ends in .svg or .png")
    return name


class Imprint(Record):
    """A clinic whose name is printed on copies of its own (a row of `--imprints`, or `chapters/imprints/*.toml`). What
    is not said is not printed.
    """

    documented: ClassVar[str] = "docs/imprints.md"

    id: Annotated[Identifier, AfterValidator(_no_device)]
    """What its folder and files are called. It never changes."""
    name: Cell
    """Its own name."""
    address: Cell | None = None
    """Where it is, on one line."""
    phone: PhoneNumber | None = None
    """The number to ring."""
    sms: TextNumber | None = None
    """The number for text messages."""
    hours: Cell | None = None
    """When somebody answers."""
    logo: Annotated[Cell, AfterValidator(_logo)] | None = None
    """Its logo, SVG or PNG, under chapters/."""
    languages: Cell | None = None
    """The languages in which somebody answers."""
    copies: Copies | None = None
    """How many copies a printer is to make for it. It is printed nowhere but on the job ticket and the cut list."""
    edition: Line
    """The edition that it hands out."""


def read_imprints(source: Path, project: Path, manuscript: Manuscript) -> tuple[tuple[Imprint, ...], list[Finding]]:
    """The clinics of a table (CSV or XLSX) or of a folder of TOML files, and what is wrong with the others, each thing
    at its row. Of two with one id, the first counts. Raises NoImprintsError and SpreadsheetError.
    """
    found: list[Finding] = []
    imprints: dict[str, Imprint] = {}
    rows = 0
    for row in _files(source, project, found) if source.is_dir() else _table(source, project, found):
        rows += 1
        imprint, faults = _imprint(row, manuscript)
        found += faults
        if imprint and imprint.id in imprints:
            what = f"A second clinic '{imprint.id}': the first is at {imprints[imprint.id].origin}."
            found.append(error("SRC-013", row.place(("id",)), what, "An id of its own."))
        elif imprint:
            imprints[imprint.id] = imprint
    if not rows and not found:
        raise NoImprintsError(f"{source.name} has no clinics.")
    return tuple(imprints.values()), found


def _imprint(row: Data, manuscript: Manuscript) -> tuple[Imprint | None, list[Finding]]:
    code = str(row.value.get("edition", "")).strip().upper() if isinstance(row.value, dict) else ""
    editions = {edition.code: edition for edition in manuscript.editions}
    if code and code not in editions:
        expected = f"One of: {', '.join(editions)}."
        return None, [error("SRC-014", row.place(("edition",)), f"No edition '{code[:20]}'.", expected)]
    edition = editions.get(code) or manuscript.editions[0]
    plan, *others = manuscript.plans(edition)
    value = {**row.value, "edition": code} if code else row.value
    return validate(
        Imprint, Data(row.file, value, row.lines), readers=Readers(plan, tuple(others), frozenset(editions))
    )


def _files(folder: Path, project: Path, found: list[Finding]) -> Iterator[Data]:
    """The clinics that have a file each."""
    for path in sorted(folder.glob("*.toml")):
        try:
            yield parse_toml(read_text(project, path), path.relative_to(project).as_posix())
        except UnreadableError as reason:
            found.append(reason.finding)


def _table(path: Path, project: Path, found: list[Finding]) -> Iterator[Data]:
    """The rows of a table, by the names of its columns; a cell that is empty says nothing."""
    try:
        content = files.read(path, MOST_BYTES)
    except FileNotFoundError as reason:
        raise NoImprintsError(f"There is no file {path.name}.") from reason
    except OSError as reason:
        raise NoImprintsError(f"{path.name} cannot be read ({reason.strerror}).") from reason
    file = path.resolve().relative_to(project).as_posix() if inside(project, path) else path.name
    sheet = read_sheet(content)
    header = [name.casefold() for name in sheet.header]
    missing = [name for name in COMPULSORY if name not in header]
    if missing or len(set(filter(None, header))) < len([*filter(None, header)]):
        what = f"no column {', '.join(missing)}" if missing else "two columns of one name"
        raise SpreadsheetError(f"{path.name} has {what}. Its first row names its columns: {', '.join(COLUMNS)}.")
    for name in header:
        if name and name not in COLUMNS:
            expected = f"One of: {', '.join(COLUMNS)}."
            found.append(warning("SRC-011", Place(file, 1), f"The column '{name[:40]}' is not printed.", expected))
    for number, cells in sheet.rows:
        values = {
            name: ", ".join(" ".join(line.split()) for line in cell.splitlines() if line.strip())
            for name, cell in zip(header, cells, strict=False)
            if name in COLUMNS and cell.strip()
        }
        yield Data(file, values, {(): number})
