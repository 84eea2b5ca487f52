"""What is checked of every text that is printed, wherever it was written: phone numbers, and characters.

Both are looked for in the composed pages and in their drawings, so that no place where a text can stand is passed over:
body, head, titles, names, places, hours, captions, text alternatives, notices, glossary, order line.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from pathlib import Path
from unicodedata import category, normalize

from booklet.bounds import MAX_DATA_BYTES, MAX_DRAWING_BYTES
from booklet.composing.faces import ARABIC_CLASS, OTHER_CLASS, Faces, drawn_texts, name_of
from booklet.composing.ways import Numbers, number_key
from booklet.files import inside, read
from booklet.findings import Finding, Place, error
from booklet.pdf import has_letters_from_the_right
from booklet.phones import PhoneError, Plans, TypedNumber, parse_phone, plain_characters, typed_numbers

BREAK = "\ue025"
"""Stands in a page's text where a block, a drawing or a link that dials begins or ends: no number goes across."""
MOST_FAULTS = 200
"""Numbers and runs of characters that are named of one page."""
SOFT_HYPHEN = "\u00ad"
"""Comes with words from other programs. Where a line ends there, it prints a hyphen that no shipped font has."""
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)([^>]*)>")
_HIDDEN = re.compile(r"<!DOCTYPE[^>]*>|<(style|title)\b.*?</\1>", re.DOTALL)
_TOKEN = re.compile("\ue010[^\ue011]*\ue011")
_LINE = re.compile(r'\sdata-line="([^"]*)"')
_SAID = re.compile(r'\s(?:alt|title)="([^"]*)"')
_IN_WORDS = re.compile(r"</?(?:a|abbr|strong|span|wbr)\b[^>]*>")
_INLINE = frozenset(("a", "abbr", "strong", "span", "br", "wbr"))
_OF_LINE = re.compile(rf'\sclass="(?!whole|{OTHER_CLASS}|{ARABIC_CLASS})')
"""A span with a class stands apart, but for what keeps words together or sets them in another face."""
_LETTERS = "Letters of the Latin, Greek, Cyrillic or Arabic alphabet: no shipped font has others."
_BESIDE = "The words beside the drawing: inside, letters that are read from the right would not join."
_SIGNS = "Words for it, such as 'or more' for a sign; in a drawing, font-family with 'Noto Sans' for other alphabets."


@dataclass(frozen=True)
class _Numbers:
    """The numbers of a page, each with the place that its nearest element names: those that dial, and all others."""

    linked: tuple[tuple[str, str], ...]
    typed: tuple[tuple[TypedNumber, str], ...]


def number_faults(html: str, file: str, numbers: Numbers, edition: str, project: Path) -> Iterator[Finding]:
    """Numbers on a page that this edition does not have, that are not complete, or that cannot be dialled as they are
    typed. `numbers` are the edition's; `file` is the page's own.
    """
    found = _numbers_of(html, numbers.plans)
    for written, place in found.linked:
        if number_key(written) not in numbers.by_key:
            number = TypedNumber(written, re.sub(r"\D", "", written), 0, True)
            yield _fault(number, numbers, edition, project, place or file)
    for number, place in found.typed:
        if not _is_right(number, numbers):
            yield _fault(number, numbers, edition, project, place or file)


def text_faults(
    text: str, place: Place, faces: Faces, numbers: Numbers, edition: str, project: Path
) -> Iterator[Finding]:
    """The same of a text that is not on a page, such as a running title, and its characters."""
    for number in typed_numbers(plain_characters(text), numbers.plans):
        if not _is_right(number, numbers):
            yield _fault(number, numbers, edition, project, str(place))
    yield from (_unknown(run, "shipped font", place) for run in _runs(text, faces.missing(escape(text))))


def drawing_faults(file: str, project: Path, faces: Faces, numbers: Numbers, edition: str) -> Iterator[Finding]:
    """The same of the words in an SVG drawing, and characters that it cannot have."""
    if not file.lower().endswith(".svg"):
        return
    svg = _text_of(project, file, MAX_DRAWING_BYTES)
    for run, line in _unknown_in_drawing(svg, faces):
        yield _unknown(run, "font of this drawing", Place(file, line))
    for number, line in _numbers_in_drawing(svg, numbers.plans):
        if not _is_right(number, numbers):
            yield _fault(number, numbers, edition, project, f"{file}:{line}")


def character_faults(html: str, file: str, faces: Faces, project: Path) -> Iterator[Finding]:
    """Runs of characters on a page that no shipped font has, each at the lines of its own file, or of a data file."""
    for run in _unknown_on_page(html, faces):
        for place in _lines_with(run, file, project):
            yield _unknown(run, "shipped font", place)


def _is_right(number: TypedNumber, numbers: Numbers) -> bool:
    return number.is_plain and number.digits in numbers.by_key


def _fault(number: TypedNumber, numbers: Numbers, edition: str, project: Path, near: str) -> Finding:
    place = _line_of(number, near, project)
    written = " ".join(number.written.split())
    template = "{{ services['id'].phone }}"
    digits = _digits_at_home(number, numbers.plans)
    if not digits:
        found = f"'{written}' is not a complete {numbers.plans[0].adjective} phone number."
        return error("LNK-010", place, found, f"All its digits, or {template}.")
    if digits in numbers.by_key:
        found = f"'{written}' is typed in a way that cannot be dialled."
        return error("LNK-010", place, found, f"{template}, or its digits with spaces alone.")
    found = f"'{written}' belongs to no service of the edition {edition}."
    return error("LNK-011", place, found, f"{template}." if place.file.endswith(".md") else "A number it has, or none.")


def _digits_at_home(number: TypedNumber, plans: Plans) -> str:
    """The digits of a typed number as they are printed, by the first plan that has such a number; else nothing."""
    for plan in plans:
        try:
            return parse_phone(("+" if number.written.startswith("+") else "") + number.digits, plan).digits
        except PhoneError:
            continue
    return ""


@lru_cache(maxsize=4096)
def _numbers_of(html: str, plans: Plans) -> _Numbers:
    """Pages are mostly the same in all editions and sizes: each is read once."""
    pieces: list[str] = []
    linked: list[tuple[str, str]] = []
    starts, places = [0], [""]
    said: list[tuple[str, str]] = []
    end, size, dials = 0, 0, False
    body = _TOKEN.sub(BREAK, _HIDDEN.sub("", html))
    for tag in _TAG.finditer(body):
        text = _read(body[end : tag.start()])
        end = tag.end()
        if dials:
            linked.append((text, places[-1]))
            text, dials = BREAK, False
        name, given = tag[2], tag[3]
        if given:
            if line := _LINE.search(given):
                starts.append(size + len(text))
                places.append(unescape(line[1]))
            said += [(_read(words), places[-1]) for words in _SAID.findall(given)]
            dials = name == "a" and ' class="tel' in given
        if name == "br":
            text += " "
        elif name not in _INLINE or (name == "span" and given and _OF_LINE.search(given)):
            text += BREAK
        pieces.append(text)
        size += len(text)
    typed = [(number, places[bisect(starts, number.start) - 1]) for number in typed_numbers("".join(pieces), plans)]
    typed += [(number, place) for words, place in said for number in typed_numbers(words, plans)]
    return _Numbers(tuple(linked), tuple(typed[:MOST_FAULTS]))


def _read(text: str) -> str:
    return plain_characters(unescape(text) if "&" in text else text)


@lru_cache(maxsize=256)
def _numbers_in_drawing(svg: str, plans: Plans) -> tuple[tuple[TypedNumber, int], ...]:
    return tuple(
        (number, line) for words, line in drawn_texts(svg) for number in typed_numbers(plain_characters(words), plans)
    )


@lru_cache(maxsize=4096)
def _unknown_on_page(html: str, faces: Faces) -> tuple[str, ...]:
    missing = [*faces.missing(html), *([SOFT_HYPHEN] if SOFT_HYPHEN in html else [])]
    if not missing:
        return ()
    words = unescape(_TAG.sub(BREAK, _IN_WORDS.sub("", _HIDDEN.sub("", html))))
    return tuple(dict.fromkeys(_runs(words, missing)))[:MOST_FAULTS]


@lru_cache(maxsize=256)
def _unknown_in_drawing(svg: str, faces: Faces) -> tuple[tuple[str, int], ...]:
    found = []
    for words, line in drawn_texts(svg):
        for number, row in enumerate(words.split("\n"), line):
            missing = [*faces.missing_in_words(row, svg), *([SOFT_HYPHEN] if SOFT_HYPHEN in row else [])]
            found += [(run, number) for run in _runs(row, missing)]
    return tuple(found)


def _runs(text: str, missing: Iterable[str]) -> Iterator[str]:
    """The longest stretches of a text that are made of these characters, and the spaces between them."""
    if one_of := "".join(map(re.escape, missing)):
        for run in re.finditer(f"[{one_of}](?:\\s*[{one_of}])*", normalize("NFC", text)):
            yield " ".join(run[0].split())


def _unknown(run: str, font: str, place: Place) -> Finding:
    if SOFT_HYPHEN in run:
        return error("SRC-003", place, "A soft hyphen (U+00AD), which nobody sees.", "The word without it.")
    words = run if len(run) <= 40 else f"{run[:39]}…"
    others = len(set(run) - {" "}) - 1
    name = name_of(run[0]) + (f" and {others} other{'s' if others > 1 else ''}" if others else "")
    in_drawing = has_letters_from_the_right(run) and not font.startswith("shipped")
    expected = (
        _BESIDE
        if in_drawing
        else _LETTERS
        if category(run[0]).startswith("L") and font.startswith("shipped")
        else _SIGNS
    )
    return error("FNT-002", place, f"No {font} has {name} ('{words}').", expected)


def _files(file: str, project: Path) -> Iterator[str]:
    """Where the words of a page may have been written: its own file, texts beside it, the data, other texts."""
    near = sorted((project / file).parent.glob("*.md"))
    data = sorted(path for kind in ("*.yaml", "*.toml", "*.md") for path in (project / "chapters").rglob(kind))
    others = [path.relative_to(project).as_posix() for path in (*near, *data) if inside(project, path)]
    yield from dict.fromkeys((file, *others))


def _text_of(project: Path, name: str, most_bytes: int = MAX_DATA_BYTES) -> str:
    """What a file of the project says; nothing where it cannot be read, which is told elsewhere."""
    path = project / name
    try:
        return read(path, most_bytes).decode("utf-8", "replace") if inside(project, path) else ""
    except OSError:
        return ""


def _lines_with(run: str, file: str, project: Path) -> list[Place]:
    """The lines of a page's own file that have a run of characters, or else the first of another file near it."""
    for name in _files(file, project):
        rows = normalize("NFC", unescape(_text_of(project, name))).split("\n")
        for wanted in (run, run.split()[0], run[0]):
            if lines := [Place(name, number) for number, row in enumerate(rows, 1) if wanted in row]:
                return lines if name == file else lines[:1]
    return [Place(file)]


def _line_of(number: TypedNumber, near: str, project: Path) -> Place:
    """The line on which a number was typed, at or behind a place; or else anywhere near it; or else that place."""
    place = Place.parse(near) or Place("")
    pattern = re.compile(r"\D{0,12}?".join(number.digits) if number.digits.isdigit() else re.escape(number.written))
    letters = re.compile(re.escape(number.written))
    for name in _files(place.file, project):
        text = plain_characters(_text_of(project, name))
        start = sum(len(row) + 1 for row in text.split("\n")[: max(place.line - 1, 0)]) if name == place.file else 0
        for wanted in (letters, pattern):
            if found := wanted.search(text, start):
                return Place(name, text.count("\n", 0, found.start()) + 1)
    return place
