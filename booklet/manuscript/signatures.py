"""Signatures: who read which chapter, and signed it off. `chapters/signatures.yaml` is a list that only grows:

- chapter: first-days
  by: 'Dr A. Name'
  role: doctor
  day: 2026-11-27
  words: 812
  numbers: 17
  pictures: 3
  read:
  - editions: [NORTH, SOUTH]
    hashes: 0f3a5b7c9d1e 5b7c9d1e0f3a
  hash: ...
"""

from __future__ import annotations

from booklet.manuscript.entries import BYTE_ORDER_MARK, NoEntryError, written
from booklet.manuscript.reading import UnreadableError, parse_yaml
from booklet.manuscript.records import Signature

SIGNATURES = "chapters/signatures.yaml"
HEAD = """\
# Who read which chapter, and signed it off: booklet signoff CHAPTER --by NAME --role ROLE (docs/editing.md).
# `hashes` stand for what each edition printed, section by section. Nothing here is written by hand. To take a
# signature back, take its entry out.
"""


def with_signature(text: str, signature: Signature) -> str:
    """The text of the file with one signature more at its end, and as it was but for that. Raises NoEntryError for a
    file that is no list with an entry on lines of its own, as one that two people edited at once.
    """
    before = _entries(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    start = text if text.removeprefix(BYTE_ORDER_MARK).strip() else text + HEAD.replace("\n", newline)
    start += "" if start.endswith("\n") else newline
    changed = start + newline.join([*_rows(signature), ""])
    after = _entries(changed)
    if after[:-1] != before or len(after) != len(before) + 1:
        raise NoEntryError("the file is written in a way that cannot be added to here")
    return changed


def _rows(signature: Signature) -> list[str]:
    facts = {name: written(getattr(signature, name)) for name in ("chapter", "by", "role")}
    facts |= {name: str(getattr(signature, name)) for name in ("day", "words", "numbers", "pictures")}
    rows = [f"  {name}: {value}" for name, value in facts.items()]
    rows.append("  read:")
    for row in signature.read:
        rows += [f"  - editions: [{', '.join(row.editions)}]", f"    hashes: {row.hashes}"]
    return [f"- {rows[0].strip()}", *rows[1:], f"  hash: {signature.hash}"]


def _entries(text: str) -> list[object]:
    try:
        value = parse_yaml(text.removeprefix(BYTE_ORDER_MARK), SIGNATURES).value
    except UnreadableError as reason:
        raise NoEntryError(f"the file cannot be read ({reason.finding})") from reason
    if value is not None and not isinstance(value, list):
        raise NoEntryError("the file is no list")
    return list(value or ())
