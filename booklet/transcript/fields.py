"""What annotations say: where links lead, and form fields as screen readers name them (ISO 32000-1, 12.5 and 12.7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pikepdf import Array, Dictionary, Name, String

from booklet.pdf import as_number, inherited

_HIDDEN = 1 << 1
_READ_ONLY, _REQUIRED, _PASSWORD = 1, 1 << 1, 1 << 13
_RADIO, _PUSH = 1 << 15, 1 << 16
_KINDS = {
    "/Tx": ((0, "edit"),),
    "/Btn": ((_PUSH, "button"), (_RADIO, "radio button"), (0, "check box")),
    "/Ch": ((1 << 17, "combo box"), (0, "list box")),
    "/Sig": ((0, "signature"),),
}
"""Form fields by type and flags (ISO 32000-1, 12.7.4), as screen readers call them."""


def contents(annotation: Any) -> str:
    """What an annotation says of itself, or the address that it leads to; nothing for a form field."""
    if not isinstance(annotation, Dictionary) or annotation.get("/Subtype") == Name.Widget:
        return ""
    action = annotation.get("/A")
    address = action.get("/URI", "") if isinstance(action, Dictionary) else ""
    return _text(annotation.get("/Contents")) or _text(address)


def field(annotation: Any) -> str:
    """A form field: what it is, its name for people, what stands in it, and its state. Empty for anything else, and for
    a field that is hidden.
    """
    kind = str(inherited(annotation, "/FT"))
    if not isinstance(annotation, Dictionary) or kind not in _KINDS or _flags(annotation.get("/F")) & _HIDDEN:
        return ""
    flags = _flags(inherited(annotation, "/Ff"))
    what = next((words for flag, words in _KINDS[kind] if flags & flag == flag), "")
    name = _text(inherited(annotation, "/TU")) or _caption(annotation, what) or _text(inherited(annotation, "/T"))
    return ", ".join(filter(None, (what, name, *_values(annotation, what, flags), *_states(flags))))


def _flags(value: Any) -> int:
    return int(as_number(value, 0))


def _text(value: Any) -> str:
    return " ".join(str(value).split()) if isinstance(value, String | str) else ""


def _caption(annotation: Any, what: str) -> str:
    looks = annotation.get("/MK")
    return _text(looks.get("/CA")) if what == "button" and isinstance(looks, Dictionary) else ""


def _values(annotation: Any, what: str, flags: int) -> Iterator[str]:
    value = inherited(annotation, "/V")
    match what:
        case "check box" | "radio button":
            state = annotation.get("/AS", value)
            yield "checked" if isinstance(state, Name) and state != Name.Off else "not checked"
        case "edit":
            yield "protected" if flags & _PASSWORD else _text(value)
        case "combo box" | "list box":
            shown = {_text(row[0]): _text(row[1]) for row in _options(annotation)}
            chosen = list(value) if isinstance(value, Array) else [value]
            yield from (shown.get(_text(each), _text(each)) for each in chosen)
        case "signature":
            yield "signed" if isinstance(value, Dictionary) else "not signed"


def _options(annotation: Any) -> Iterator[Any]:
    """The options that are shown by other words than they are sent (12.7.4.4)."""
    options = inherited(annotation, "/Opt")
    for option in options if isinstance(options, Array) else ():
        if isinstance(option, Array) and len(option) == 2:
            yield option


def _states(flags: int) -> Iterator[str]:
    if flags & _REQUIRED:
        yield "required"
    if flags & _READ_ONLY:
        yield "read only"
