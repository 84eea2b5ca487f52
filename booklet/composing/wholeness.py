"""The law that nothing vanishes: every word, number, link, image and cell of a text is on its page, once and in order.

The source is read here by itself, without the parser that made the page: marks are taken away, the rest are the words.
Where both agree the cost is that of comparing two strings. Where they differ, the rows at fault are named.

Numbers of list items are told by the page in its own way, and the writer compares them; what a block is given as
options, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from html import unescape
from urllib.parse import unquote

from booklet.phones import Plans, in_national_form

SCHEME = "booklet:"
"""How links inside the booklet begin."""
MOST_STEPS = 4_000_000
"""Comparisons of words up to which a difference is looked for; beyond that its first row alone is named."""
MOST_TICKS = 2000
"""Code is looked for in texts of at most as many signs for it; each may be compared with all that follow."""
_MARKS = str.maketrans("", "", "*_`\\")
"""What Markdown may write inside a word."""
_WORD = re.compile(
    "[^\\W_]+|[$%@&]"
    "|[^\\w\\s\x00-\x7f\u00ab\u00ad\u00bb\u2010-\u201f\u2028-\u202f\u2039\u203a\u200b-\u200f\u2060-\u206f\ue000-\uf8ff\ufeff]"
)
"""Letters and digits that stand together, or one sign; not what is set otherwise than it is typed: quotes, dashes."""
_HEX = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_CODE = re.compile(r"(?<![`\\])(`+)(?!`)((?:(?!\n[ \t>]*\n).)+?)(?<!`)\1(?!`)", re.DOTALL)
_STANDS_FOR = re.compile(
    r"\\[!-/:-@\[-`{-~]|<(?P<address>[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*)>"
    r"|<(?P<mail>[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+)>"
    r"|&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
)
"""What is escaped, an address in angle brackets, or an entity."""
_BLOCK = re.compile(r"^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*:{3,}.*$", re.MULTILINE)
_NUMBERED = re.compile(r"^(?:[ \t>]|[-*+][ \t])*(?:\d{1,9}[.)](?:[ \t>]|[-*+][ \t]|$)[ \t]*)+", re.MULTILINE)
_CALL = re.compile(r"\[\^([^\]\s]{1,200})\]")
_NOTE = re.compile(r"\s{0,3}\[\^([^\]\s]{1,200})\]:(.*)")
_BEGINS = re.compile(r"\s{0,3}(?:#{1,6}\s|[-*+]\s|>|:{3}|\d{1,9}[.)]\s|\||\[\^)")
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)([^>]*)>")
_IDN = re.compile(r"\bxn--[a-z0-9-]+")
"""A part of a web address in other letters (RFC 5890), which the parser writes for what was typed."""
_GIVEN = re.compile(r'\s(href|title|lang|alt|src|class)="([^"]*)"')


@dataclass(frozen=True)
class Loss:
    """Words that a page lacks, or that it has and its source does not, and the row of the source, from 0."""

    row: int
    words: str
    is_lost: bool


@dataclass(frozen=True)
class _Row:
    """The words of a row of the source, from 0; `numbers` stand before them and may number an item of a list, which
    pages do not hold as words.
    """

    number: int
    numbers: list[str]
    words: list[str]


@lru_cache(maxsize=1024)
def losses(source: str, html: str, plans: Plans = ()) -> tuple[Loss, ...]:
    """Where the words of a Markdown text and of the HTML that was made of it differ. `html` is without what the house
    adds: notes' numbers, references to pages, what blocks say by themselves. A number with the code of one of the
    plans' countries is printed as people dial it there.
    """
    rows = _rows(in_national_form(source, plans))
    there = in_national_form(_told(html), plans)
    bare = "\n".join(text for _, text in rows)
    if _joined(_NUMBERED.sub(" ", bare)) == _joined(there):
        return ()
    return tuple(_differences([_row(number, text) for number, text in rows or [(0, "")]], _words(there)))


def holds(html: str, words: str) -> bool:
    """True when some words stand in a piece of HTML, as text or in an attribute, one behind the other."""
    return _joined(words) in _joined(unescape(html))


def _words(text: str) -> list[str]:
    text = _HEX.sub(lambda found: unquote(found[0]), text) if "%" in text else text
    return _WORD.findall(text.translate(_MARKS).lower())


def _joined(text: str) -> str:
    return "".join(_words(text))


def _rows(source: str) -> list[tuple[int, str]]:
    """The rows of a source in the order of print: notes at the end, as they are called. Without calls and blocks."""
    rows = list(enumerate(_plain(source).split("\n")))
    return _with_notes_last(rows) if "[^" in source else rows


def _plain(source: str) -> str:
    """The source with what its marks stand for, each row where it was."""
    source = _BLOCK.sub("", source)
    if not 0 < source.count("`") <= MOST_TICKS:
        return _resolved(source)
    pieces, end = [], 0
    for code in _CODE.finditer(source):
        pieces += [_resolved(source[end : code.start()]), code[0].replace("[^", "[ ^")]
        end = code.end()
    return "".join((*pieces, _resolved(source[end:])))


def _resolved(text: str) -> str:
    return _STANDS_FOR.sub(_meaning, text) if "<" in text or "&" in text else text


def _meaning(found: re.Match[str]) -> str:
    """Addresses in angle brackets are a link and its words; entities are characters."""
    if found["address"]:
        return f"{found['address']} {found['address']} "
    if found["mail"]:
        return f"{found['mail']} mailto:{found['mail']} "
    return unescape(found[0]).replace("\n", " ") if found[0].startswith("&") else found[0]


def _with_notes_last(rows: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The notes of a text behind it, in the order of their first calls; those that nothing calls left out."""
    text: list[tuple[int, str]] = []
    notes: dict[str, list[tuple[int, str]]] = {}
    calls: dict[str, None] = {}
    into, before = text, ""
    for number, row in rows:
        if note := _NOTE.match(row):
            into = notes[note[1]] = []
            row = note[2]
        elif into is not text and row.strip() and not row.startswith(("    ", "\t")):
            goes_on = before.strip() and not _BEGINS.match(row)
            into = into if goes_on else text
        calls |= dict.fromkeys(_CALL.findall(row))
        into.append((number, _CALL.sub("", row)))
        before = row
    return [*text, *(row for label in calls for row in notes.get(label, ()))]


def _row(number: int, text: str) -> _Row:
    numbers = _NUMBERED.match(text)
    end = numbers.end() if numbers else 0
    return _Row(number, _words(text[:end]), _words(text[end:]))


def _told(html: str) -> str:
    """The words of a page, those of its links and images where the source has them: behind the words they go with."""
    pieces: list[str] = []
    behind: list[str] = []
    end = 0
    for tag in _TAG.finditer(html):
        pieces.append(html[end : tag.start()])
        end = tag.end()
        closes, name, given = tag[1], tag[2], tag[3]
        if name in ("a", "abbr", "span"):
            if not closes:
                behind.append(_of_element(name, given))
            elif behind:
                pieces.append(behind.pop())
        elif name == "img":
            pieces.append(_of_element(name, given))
        elif name != "strong":
            pieces.append(" ")
    pieces.append(html[end:])
    return unescape("".join(pieces))


def _of_element(name: str, given: str) -> str:
    """What the source writes for an element, beside the words in it."""
    told = dict(_GIVEN.findall(given)) if given else {}
    if name == "img":
        return f" {told.get('alt', '')} {told.get('src', '')} "
    if name == "abbr":
        return f" short {told.get('title', '')} "
    if name == "span":
        return f" lang {told['lang']} " if "lang" in told else ""
    address = _IDN.sub(_of_idn, told.get("href", ""))
    return "" if told.get("class", "").startswith("tel") else f" {address.removeprefix(SCHEME)} "


def _of_idn(part: re.Match[str]) -> str:
    try:
        return part[0].encode().decode("idna")
    except UnicodeError:
        return part[0]


def _differences(rows: list[_Row], page: list[str]) -> Iterator[Loss]:
    """Runs of words that only one of both has."""
    first, start = 0, 0
    for row in rows:
        whole = [*row.numbers, *row.words]
        if row.words and page[start : start + len(row.words)] == row.words:
            start += len(row.words)
        elif page[start : start + len(whole)] == whole:
            start += len(whole)
        elif row.words:
            break
        first += 1
    source = [(word, row.number) for row in rows[first:] for word in row.words]
    ending = 0
    while ending < min(len(source), len(page) - start) and source[-1 - ending][0] == page[-1 - ending]:
        ending += 1
    source, page = source[: len(source) - ending], page[start : len(page) - ending]
    if len(source) * len(page) > MOST_STEPS:
        yield Loss(source[0][1], _short([source[0][0]]), is_lost=True)
        return
    before = next((row.number for row in reversed(rows[:first]) if row.words), rows[0].number)
    matcher = SequenceMatcher(None, [word for word, _ in source], page, autojunk=False)
    for same, begin, end, other, stop in matcher.get_opcodes():
        if same == "equal":
            continue
        lost, more = source[begin:end], page[other:stop]
        if lost:
            yield Loss(lost[0][1], _short([word for word, _ in lost]), is_lost=True)
        elif more:
            at = source[begin - 1][1] if begin else before
            next_row = source[begin][1] if begin < len(source) else rows[-1].number
            if not set(more) <= {word for row in rows if at <= row.number <= next_row for word in row.numbers}:
                yield Loss(at, _short(more), is_lost=False)


def _short(words: list[str]) -> str:
    text = " ".join(words[:12])
    return f"{text[:57]}..." if len(text) > 60 else f"{text}..." if len(words) > 12 else text
