"""Every action of a file, wherever one can stand (ISO 32000-1, 12.6): of the file, its pages, annotations, outline and
form fields, with those that follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pikepdf import Array, Dictionary, Name

MAX_ACTIONS = 100_000
MAX_FIELDS = 100_000


@dataclass(frozen=True)
class Start:
    """Something that starts an action, and on which page it stands (None: none)."""

    page_index: int | None
    source: Any


@dataclass(frozen=True)
class Actions:
    """Actions, each with its page, and whether they are all."""

    found: tuple[tuple[int | None, Any], ...]
    whole: bool


def actions_of(catalog: Any, starts: Iterable[Start]) -> Actions:
    """The actions of a catalog and of what stands on its pages and in its outline. A destination is none."""
    found: list[tuple[int | None, Any]] = []
    seen: set[tuple[int, int]] = set()
    waiting = [*_of_catalog(catalog), *((start.page_index, thing) for start in starts for thing in _of(start.source))]
    waiting.reverse()
    while waiting:
        page, action = waiting.pop()
        if isinstance(action, Array):
            waiting += [(page, each) for each in list(action)[:MAX_ACTIONS]]
        if not isinstance(action, Dictionary) or "/S" not in action or action.objgen in seen:
            continue
        if len(found) == MAX_ACTIONS:
            return Actions(tuple(found), whole=False)
        if action.objgen != (0, 0):
            seen.add(action.objgen)
        found.append((page, action))
        waiting.append((page, action.get("/Next")))
    return Actions(tuple(found), whole=True)


def _of(source: Any) -> Iterator[Any]:
    """What an object starts itself (A), and on events (AA)."""
    if isinstance(action := source.get("/A"), Dictionary):
        yield action
    if isinstance(events := source.get("/AA"), Dictionary):
        yield from events.values()


def _of_catalog(catalog: Any) -> Iterator[tuple[None, Any]]:
    if isinstance(opening := catalog.get("/OpenAction"), Dictionary):
        yield None, opening
    yield from ((None, action) for action in _of(Dictionary(AA=catalog.get("/AA", Dictionary()))))
    names = catalog.get("/Names")
    if isinstance(names, Dictionary) and "/JavaScript" in names:
        yield None, Dictionary(S=Name.JavaScript)
    form = catalog.get("/AcroForm")
    for field in _fields(form.get("/Fields") if isinstance(form, Dictionary) else None):
        yield from ((None, action) for action in _of(field))


def _fields(roots: Any) -> Iterator[Any]:
    waiting = list(roots)[::-1] if isinstance(roots, Array) else []
    seen: set[tuple[int, int]] = set()
    while waiting and len(seen) < MAX_FIELDS:
        field = waiting.pop()
        if isinstance(field, Dictionary) and field.objgen not in seen:
            seen.add(field.objgen)
            yield field
            kids = field.get("/Kids")
            waiting += list(kids) if isinstance(kids, Array) else []
