"""Tables as they are heard: rows, and for each cell the heads that it stands under (ISO 32000-1, 14.8.4.3.4 and
14.8.5.7; ISO 32000-2, 14.8.4.8.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from booklet.transcript.elements import Element

MAX_COLUMNS = 1_000
MAX_HEADS = 20
"""So many heads are said of one cell."""
GROUPS = frozenset({"THead", "TBody", "TFoot"})
Grid = list[list[tuple[int, Element]]]
"""The cells of each row with the column, from 0, in which each starts."""


def parts(table: Element) -> Iterator[Element | str]:
    """The rows, captions and whatever else stands in a table, in order; groups of rows are passed through."""
    for kid in table.kids:
        if isinstance(kid, Element) and kid.role not in ("TR", "Caption") and _has_rows(kid):
            yield from parts(kid)
        else:
            yield kid


def _has_rows(element: Element) -> bool:
    return element.role in GROUPS or (
        element.role != "Table" and any(kid.role == "TR" or _has_rows(kid) for kid in element.elements)
    )


def grid(table: Element) -> Grid:
    """The cells row by row: those of the rows above may reach down, and push the others aside. Text right in a row is a
    cell.
    """
    rows: Grid = []
    taken: dict[int, int] = {}
    for row in (part for part in parts(table) if isinstance(part, Element) and part.role == "TR"):
        column, cells = 0, []
        below = {place: left - 1 for place, left in taken.items() if left > 1}
        for cell in _cells(row):
            while column in taken:
                column += 1
            if column >= MAX_COLUMNS:
                break
            cells.append((column, cell))
            for place in _columns(column, cell):
                below[place] = _span(cell, "RowSpan") - 1
            column += _span(cell, "ColSpan")
        taken = {place: left for place, left in below.items() if left > 0}
        rows.append(cells)
    return rows


def _cells(row: Element) -> Iterator[Element]:
    for kid in row.kids:
        if isinstance(kid, Element):
            yield kid
        elif kid.strip():
            yield Element("TD", (kid,))


def size(table: Element) -> tuple[int, int]:
    """How many columns and rows a table has."""
    rows = grid(table)
    return max((column + _span(cell, "ColSpan") for row in rows for column, cell in row), default=0), len(rows)


def rows(table: Element) -> Iterator[list[str]]:
    """What is said of each row, cell by cell: a cell with the heads that it names or stands under, those of its own row
    left out, since they are said there.
    """
    lines = grid(table)
    by_id = {cell.id: cell for line in lines for _, cell in line if cell.id}
    over: dict[int, list[Element]] = {}
    beside: dict[int, tuple[Element, int]] = {}
    after_data = False
    for line in lines:
        heads = [(column, cell) for column, cell in line if _heads_columns(cell, line)]
        if after_data and heads:
            anew = {place for column, cell in heads for place in _columns(column, cell)}
            over = {} if len(heads) == len(line) else {place: over[place] for place in over if place not in anew}
        for column, cell in heads:
            for place in _columns(column, cell):
                over.setdefault(place, []).append(cell)
        beside = {column: (head, left - 1) for column, (head, left) in beside.items() if left}
        yield [_said(cell, line, by_id, _heads_of(column, cell, beside, over)) for column, cell in line]
        beside |= {
            column: (cell, _span(cell, "RowSpan") - 1)
            for column, cell in line
            if cell.role == "TH" and (column, cell) not in heads
        }
        after_data = any(cell.role != "TH" and cell.text() for _, cell in line)


def _heads_of(
    column: int, cell: Element, beside: dict[int, tuple[Element, int]], over: dict[int, list[Element]]
) -> list[Element]:
    above = (head for place in _columns(column, cell) for head in over.get(place, ()))
    return list(islice((*(head for head, _ in beside.values()), *above), MAX_HEADS)) if cell.role == "TD" else []


def _said(cell: Element, line: list[tuple[int, Element]], by_id: dict[str, Element], heads: list[Element]) -> str:
    if cell.role == "TD":
        own = {id(other) for _, other in line}
        named = [by_id[name] for name in cell.headers[:MAX_HEADS] if name in by_id]
        heads = [head for head in named or heads if id(head) not in own]
    words = dict.fromkeys(head.text() for head in heads)
    return f"{', '.join(words)}: {cell.text()}" if words else cell.text()


def _heads_columns(cell: Element, row: list[tuple[int, Element]]) -> bool:
    """True for the head of a column: it says so, or says nothing and stands among heads alone, empty cells left out."""
    if cell.role != "TH":
        return False
    scope = cell.attribute("Scope")
    if scope:
        return scope in ("Column", "Both")
    return all(other.role == "TH" or not other.text() for _, other in row)


def _columns(column: int, cell: Element) -> range:
    return range(column, column + _span(cell, "ColSpan"))


def _span(cell: Element, name: str) -> int:
    value = cell.attribute(name)
    return min(int(value), MAX_COLUMNS) if value.isdecimal() and int(value) > 0 else 1
