"""Entries of YAML files changed in their place: comments, order, quotes and line ends of all the rest stay as they are.

The parser says where a value begins and ends, and only that stretch of the file is written anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

BYTE_ORDER_MARK = "\ufeff"
Value = str | bool | None | Sequence["Value"] | Mapping[str, "Value"]
_PLAIN = re.compile(r"[A-Za-z(][\w ()./@&+-]*[\w)]|\d{4}-\d{2}-\d{2}")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ALL_TEXT: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_MEANT = frozenset(("null", "true", "false", "yes", "no", "on", "off", "~"))


class NoEntryError(Exception):
    """A file has no entry of this name, or not in the form that can be changed."""


def changed_entry(text: str, id: str, values: Mapping[str, Value], append: Mapping[str, Mapping[str, Value]]) -> str:
    """The text of a file of entries, in which the one of this id has other values, and further rows at the end of some
    of its lists. Raises NoEntryError.
    """
    if text.startswith(BYTE_ORDER_MARK):  # which the parser does not count
        return BYTE_ORDER_MARK + changed_entry(text.removeprefix(BYTE_ORDER_MARK), id, values, append)
    entry = _entry(text, id)
    newline = "\r\n" if "\r\n" in text else "\n"
    keys = {key.value: (key, value) for key, value in entry.value}
    indent = " " * entry.value[0][0].start_mark.column
    edits: list[tuple[int, int, str]] = []
    added: list[str] = []
    for name, value in values.items():
        if name in keys:
            edits.append(_replacement(text, *keys[name], value))
        else:
            added.append(f"{indent}{name}: {written(value)}")
    for name, row in append.items():
        item = [f"{key}: {written(value)}" for key, value in row.items() if value is not None]
        lines = [f"{indent}- {item[0]}", *(f"{indent}  {each}" for each in item[1:])]
        if name not in keys:
            added += [f"{indent}{name}:", *lines]
            continue
        node = keys[name][1]
        if not isinstance(node, yaml.SequenceNode) or node.flow_style or not node.value:
            raise NoEntryError(f"'{name}' of '{id}' is no list with a row on each line")
        column = " " * node.start_mark.column
        edits.append(_below(text, node, newline.join(line.replace(indent, column, 1) for line in lines), newline))
    if added:
        edits.append(_below(text, entry, newline.join(added), newline))
    changed = text
    for start, end, words in sorted(edits, reverse=True):
        changed = changed[:start] + words + changed[end:]
    if _others(text, id, (*values, *append)) != _others(changed, id, (*values, *append)):
        raise NoEntryError(f"'{id}' is written in a way that cannot be changed here")
    return changed


def new_entry(values: Mapping[str, Value]) -> str:
    """An entry at the end of a file, a key on each line."""
    rows = [f"{key}: {written(value)}" for key, value in values.items()]
    return "".join(f"{'  ' if number else '- '}{row}\n" for number, row in enumerate(rows))


def written(value: Value) -> str:
    """A value as YAML holds it on one line, in quotes where it could be taken for something else."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{written(key)}: {written(each)}" for key, each in value.items()) + "}"
    if not isinstance(value, str):
        return f"[{', '.join(written(each) for each in value)}]"
    if _PLAIN.fullmatch(value) and value.lower() not in _MEANT:
        return value
    return "'" + re.sub(r"\s+", " ", value).replace("'", "''") + "'"


def _others(text: str, id: str, changed: tuple[str, ...]) -> Any:
    """All that a file says, without what is changed."""
    try:
        rows = yaml.load(text, Loader=_ALL_TEXT)
    except (yaml.YAMLError, RecursionError):
        return None
    return [
        {key: value for key, value in row.items() if row.get("id") != id or key not in changed}
        for row in rows
        if isinstance(row, dict)
    ]


def _entry(text: str, id: str) -> Any:
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, RecursionError) as reason:
        raise NoEntryError("the file is no YAML") from reason
    for entry in root.value if isinstance(root, yaml.SequenceNode) else ():
        if isinstance(entry, yaml.MappingNode) and not entry.flow_style:
            names = {key.value: value.value for key, value in entry.value}
            if names.get("id") == id:
                return entry
    raise NoEntryError(f"there is no entry '{id}'")


def _end(text: str, node: Any) -> int:
    """Where the words of a value end: a block of text ends before its last line break."""
    start: int = node.start_mark.index
    return start + len(text[start : node.end_mark.index].rstrip("\r\n "))


def _last(node: Any) -> Any:
    """The last value of a list or a mapping, however deep it is; a scalar is its own."""
    while not isinstance(node, yaml.ScalarNode) and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node


def _replacement(text: str, key: Any, node: Any, value: Value) -> tuple[int, int, str]:
    """A value in the place of another. What stood on lines of its own below the key goes to the key's line, before the
    comment there.
    """
    if isinstance(node, yaml.ScalarNode) or node.flow_style:
        return node.start_mark.index, _end(text, node), written(value)
    colon = text.index(":", key.end_mark.index) + 1
    comment = text[colon : node.start_mark.index].partition("\n")[0].rstrip()
    return colon, _end(text, _last(node)), f" {written(value)}{comment}"


def _below(text: str, node: Any, words: str, newline: str) -> tuple[int, int, str]:
    """An insertion below the last line that belongs to a list or an entry, its comment with it."""
    end = text.find("\n", _end(text, _last(node)))
    if end < 0:
        return len(text), len(text), newline + words
    return end + 1, end + 1, words + newline
