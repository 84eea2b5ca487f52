"""Waivers: findings of preflight that somebody answers for, in `chapters/waivers.toml`.

Each says which code, where (a pattern of file names, or of a source with or without its line) and why:

    [[waiver]]
    code = "INK-112"
    where = "*-press.pdf"
    reason = "The photograph of 1962 is all there is."

Nobody can answer for text that is lost or cut, for the structure that is heard, for numbers, or for a file that could
not be checked: those codes (`WITHOUT_WAIVER`) cannot be waived.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import field_validator

from booklet.files import is_there
from booklet.findings import CODES, UNPRINTABLE, WITHOUT_WAIVER, Finding, error
from booklet.manuscript.reading import UnreadableError, parse_toml, read_text, validate
from booklet.manuscript.records import Record

WAIVERS = "chapters/waivers.toml"


class Waiver(Record):
    """A finding that somebody answers for: its code, where it may stand (a pattern of file names or sources), and
    why.
    """

    code: str
    """The code of the finding."""
    where: str
    """A pattern of file names, or a source with or without its line."""
    reason: str
    """Why it may stand. Every run says it."""

    @field_validator("code")
    @classmethod
    def _registered(cls, value: str) -> str:
        if value not in CODES:
            raise ValueError("no finding has this code")
        if value in WITHOUT_WAIVER:
            raise ValueError(f"{CODES[value]}: this cannot be waived")
        return value

    @field_validator("where", "reason")
    @classmethod
    def _not_empty(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("it is empty")
        return value


def read_waivers(project: Path) -> tuple[tuple[Waiver, ...], list[Finding]]:
    """The waivers of a project, and what is wrong with their file. It need not exist."""
    path = project / WAIVERS
    if not is_there(path):
        return (), []
    try:
        data = parse_toml(read_text(project, path), WAIVERS)
    except UnreadableError as reason:
        return (), [reason.finding]
    entries = data.value.get("waiver")
    if not isinstance(entries, list) or set(data.value) != {"waiver"}:
        return (), [error("SRC-011", data.place(), "Something else than waivers.", "[[waiver]] and its three keys.")]
    read = [validate(Waiver, data, ("waiver", index)) for index in range(len(entries))]
    return tuple(waiver for waiver, _ in read if waiver), [fault for _, faults in read for fault in faults]


def with_waiver(text: str, waiver: Waiver) -> str:
    """The text of the file with one waiver more at its end, and as it was but for that. Raises ValueError for words
    that do not stand on one line.
    """
    words = (waiver.code, waiver.where, waiver.reason)
    if any(UNPRINTABLE.search(each) for each in words):
        raise ValueError("it does not stand on one line")
    newline = "\r\n" if "\r\n" in text else "\n"
    code, where, reason = (json.dumps(each, ensure_ascii=False) for each in words)
    row = ("[[waiver]]", f"code = {code}", f"where = {where}", f"reason = {reason}", "")
    before = text if not text or text.endswith("\n") else text + newline
    return before + (newline if before else "") + newline.join(row)
