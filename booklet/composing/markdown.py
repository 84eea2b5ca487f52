"""Markdown to HTML: plain CommonMark, tables, notes, and the blocks and links that docs/writing.md explains.

What a chapter may not hold is a finding at its own line: raw HTML, an unknown block, a block left open, a skipped
heading level, an image without words, a link that leads nowhere or out of the project, a number that this edition
does not have. Links inside the booklet become `booklet:anchor`, with a page token behind them, since their target
may lie in another segment; typesetting fills the tokens and the bindery makes them links again.

Every block says in `data-line` from which line of which file it comes, so that a finding about a finished page can.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from html import escape
from itertools import count, islice, takewhile
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.footnote import footnote_plugin

from booklet import files
from booklet.bounds import (
    MAX_DRAWING_BYTES,
    MAX_DRAWING_DEPTH,
    MAX_DRAWING_ELEMENTS,
    MAX_PICTURE_BYTES,
    MAX_TEXT_CHARACTERS,
    SOURCE,
    TooMuchError,
    within_bounds,
)
from booklet.composing.blocks import BLOCKS, BlockCall, parse_call
from booklet.composing.faces import runs_against
from booklet.composing.languages import is_language
from booklet.composing.sandbox import Lines
from booklet.composing.ways import Numbers, Way, number_key, number_way
from booklet.composing.wholeness import SCHEME, holds, losses
from booklet.findings import Finding, Place, Severity, error, warning
from booklet.manuscript import slug
from booklet.pdf import PICTURES, PLAIN_MODES, foreign_kind, has_letters_from_the_right, picture_fault
from booklet.phones import PhoneError, Plans, parse_phone, phone_candidates
from booklet.words import Words, is_from_the_right

MOST_LEVELS = 100
"""What the parser counts as levels (two for each list in a list) before it passes over the rest."""
MOST_LISTS = 6
"""Lists and quotations one in another, more than anybody can follow."""
WHOLE_PICTURE = "A whole PNG or JPEG, saved anew."
TOGETHER = "All of the words in [...](lang:ar), with the tag of their language, and no mark inside a word."
PAGE_TOKEN = "\ue010{}\ue011"
PAGE_TOKENS = re.compile(PAGE_TOKEN.format("([^\ue011]*)"))
Printer = Callable[[BlockCall], tuple[str, str]]
"""Gives the HTML before and after the content of a block."""
_OUTWARD = re.compile(r"@import|url\(\s*+[\"']?+\s*+(?!#|data:image/)", re.IGNORECASE)
"""What a style of a drawing may not do: name anything but a part of the drawing or a picture inside it."""
_PLACE = re.compile(
    r"viewBox|[xydr]|[xy][12]|[cdr][xy]|width|height|points|(?:gradient|pattern)?[tT]ransform|font-size|rotate"
    r"|stroke-(?:width|dasharray|dashoffset)|ref[XY]|marker(?:Width|Height)"
)
"""Attributes by which a part of a drawing has its place and size."""
_WILD = re.compile(r"\b(?:nan|inf|infinity)\b|(?<![\d.])\d{7,}|\de\+?\d{2,}", re.IGNORECASE)
_REFERENCE = re.compile(r"url\(\s*[\"']?\s*#([^\"')\s]+)", re.IGNORECASE)
_ENCODING = re.compile(r"""\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([^"'>]*)""")
_GROUPS = re.compile(r"(?<=\d) (?=\d)")
_OPENING = re.compile(r"<[a-z][a-z0-9]*")
_NOTE_CALL = re.compile(r"\[\^[^\[\]\s]{1,200}\]")
_NOTE = re.compile(r"\s{0,3}\[\^([^\]\s]{1,200})\]:")


@dataclass
class Page:
    """What one Markdown text came to: HTML, and what others must know of it."""

    html: str = ""
    headings: list[tuple[int, str, str]] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    links: list[tuple[str, Place]] = field(default_factory=list)
    uses: list[tuple[str, str]] = field(default_factory=list)
    blocks: list[BlockCall] = field(default_factory=list)
    assets: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class RenderContext:
    """What the renderer needs beside the text: where images lie, how each block is printed, the numbers of the edition,
    the words of the house, and what another book has.

    `elsewhere` says how a reference to an anchor ends when that is not in this booklet; None when it is.
    """

    project: Path
    prefix: str
    file: str
    print_block: Printer
    numbers: Numbers
    words: Words
    elsewhere: Callable[[str], str | None] = lambda _: None


def way_link(way: Way) -> Markup:
    """A number or address as a link that opens what it is, or as words where no link can, unbroken."""
    kind = "tel emergency" if way.is_emergency else "tel"
    if way.kind in ("email", "chat"):
        return Markup('<a class="web" href="{}">{}</a>').format(
            way.uri, breakable(re.sub("^https?://|/$", "", way.text))
        )
    if not way.uri:
        return Markup('<span class="{}">{}</span>').format(kind, way.text)
    return Markup('<a class="{}" href="{}">{}</a>').format(kind, way.uri, way.text)


def breakable(address: str) -> Markup:
    """A web address that may break after a slash, and nowhere else: a name cut before a dot reads as two words."""
    return Markup("<wbr>").join(re.findall(r"[^/]+/?|/", address))


def linked_text(text: str, numbers: Numbers, words: Words) -> Markup:
    """Escaped text with phone numbers as links. One that is not complete stays as it is, to be found on the page."""
    around, candidates = _split_at_numbers(text, numbers.plans, words)
    html = around[0]
    if not candidates:
        return html
    for written, behind in zip(candidates, around[1:], strict=True):
        html += _linked_number(written, numbers) + behind
    return html


@lru_cache(maxsize=16384)
def _split_at_numbers(text: str, plans: Plans, words: Words) -> tuple[tuple[Markup, ...], tuple[str, ...]]:
    """The escaped words around what looks like a number, and what does."""
    spans = phone_candidates(text, plans)
    starts, stops = [start for start, _ in spans], [stop for _, stop in spans]
    around = (unbroken(text[begin:end], words) for begin, end in zip([0, *stops], [*starts, len(text)], strict=True))
    return tuple(around), tuple(text[start:stop] for start, stop in spans)


def _linked_number(written: str, numbers: Numbers) -> Markup:
    if way := numbers.by_key.get(number_key(written)):
        return way_link(way)
    try:
        way = number_way("phone", parse_phone(written, numbers.plans[0]), numbers.plans[0])
    except PhoneError:
        way = None
    return way_link(way) if way else Markup(escape(written))


@lru_cache(maxsize=16384)
def unbroken(text: str, words: Words) -> Markup:
    """Escaped text in which no line ends between a number and what belongs to it: its unit, month or year. Whatever is
    printed passes through here, texts and data alike.
    """
    kept = _kept_together(words)
    text = kept.spans.sub("\\1\u00a0\\2\u00a0", kept.years.sub("\\1\u00a0", kept.units.sub("\\1\u00a0", text)))
    text = _GROUPS.sub("\u00a0", text)
    escaped = escape(text.replace("'", "\u2019"), quote=False)
    return Markup(kept.whole.sub(r'<span class="whole">\1</span>', escaped))


@dataclass(frozen=True)
class _KeptTogether:
    """What no line of a language ends in: a number before its unit or month, a month before its year, a word between
    two numbers, words with a hyphen.
    """

    units: re.Pattern[str]
    years: re.Pattern[str]
    spans: re.Pattern[str]
    whole: re.Pattern[str]


@cache
def _kept_together(words: Words) -> _KeptTogether:
    months = _one_of(words.months)
    return _KeptTogether(
        units=re.compile(rf"(\d) (?=(?:{_one_of(words.list_of('unbroken.units'))}|{months})\b|%|°C)"),
        years=re.compile(rf"({months}) (?=\d{{4}}\b)"),
        spans=re.compile(rf"(\d) ({_one_of(words.list_of('unbroken.between'))}) (?=\d)"),
        whole=re.compile(rf"\b({_one_of(words.list_of('unbroken.whole'))})\b"),
    )


def _one_of(words: Sequence[str]) -> str:
    """A pattern for one of some words, the longest first; for nothing at all where there are none."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True))) or r"(?!)"


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "typographer": True, "maxNesting": MOST_LEVELS})
    parser.enable(["table", "smartquotes"]).disable(["code", "fence", "reference"])
    parser.validateLink = lambda url: True  # type: ignore[method-assign] # judged by `_link` and `image_faults`, with a finding
    footnote_plugin(parser, inline=False)
    container_plugin(parser, "block", validate=lambda params, *_: bool(params.strip()))
    parser.core.ruler.after("block", "length", _refuse_long)
    return parser


class _LongTextError(Exception):
    """A paragraph or cell that is longer than any honest one; carries its line, from 0, and what is wrong."""

    def __init__(self, line: int, found: str) -> None:
        super().__init__(found)
        self.line = line


def _refuse_long(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline" and len(token.content) > MAX_TEXT_CHARACTERS:
            raise _LongTextError(token.map[0] if token.map else 0, f"A text of {len(token.content)} characters.")


_PARSER = _parser()


@lru_cache(maxsize=512)
def _outcome(text: str) -> tuple[tuple[Token, ...], _LongTextError | None]:
    """The tokens of a text, which the writer only reads, or why there are none."""
    try:
        with within_bounds(SOURCE):
            return tuple(_PARSER.parse(text)), None
    except (TooMuchError, RecursionError) as reason:
        return (), _LongTextError(0, f"The text takes {reason}.")
    except _LongTextError as reason:
        return (), reason


def parsed(text: str) -> tuple[Token, ...]:
    """The tokens of a text; none of one that cannot be rendered. Most texts are the same in every edition."""
    return _outcome(text)[0]


def render(lines: Lines, context: RenderContext) -> Page:
    """Render one text. `context.prefix` is the id of its chapter or page, from which heading ids are made."""
    page = Page()
    tokens, problem = _outcome(lines.text)
    try:
        with within_bounds(SOURCE):
            _Writer(lines, context, page).write(tokens)
    except TooMuchError as reason:
        problem = _LongTextError(0, f"The text takes {reason}.")
    if problem:
        place = Place(context.file, lines.source(problem.line))
        expected = f"At most {MAX_TEXT_CHARACTERS} characters in a paragraph, and shorter chapters."
        page.findings.append(error("SYS-003", place, str(problem), expected))
    return page


@dataclass
class _OpenBlock:
    """A block that is being written: its call, how many colons it begins with, what follows it, tables in it."""

    call: BlockCall
    colons: int
    after: str = ""
    tables: int = 0


class _Writer:
    """Walks the tokens once, writing HTML and noting faults. A class only because the walk has a state."""

    def __init__(self, lines: Lines, context: RenderContext, page: Page) -> None:
        self.lines, self.context, self.page = lines, context, page
        self.rows = lines.text.split("\n")
        self.out: list[str] = []
        self.own: list[str] = []
        self.level = 1
        self.ids: set[str] = set()
        self.open: list[_OpenBlock] = []
        self.line = 0
        self.depth = 0
        self.link_close = ("", "")
        self.raw_rows: set[int] = set()
        self.in_link = False
        self.way = ""
        self.label = ""

    def write(self, tokens: Sequence[Token]) -> None:
        for index, token in enumerate(tokens):
            if token.map:
                self.line = token.map[0]
            match token.type:
                case "container_block_open":
                    self._open_block(token, tokens[index + 1].type == "container_block_close")
                case "container_block_close":
                    self._close_block()
                case "heading_open":
                    self._heading(token, tokens[index + 1])
                case "html_block":
                    self._raw_html(token.content)
                    self.raw_rows.update(range(*(token.map or (0, 0))))
                case "table_open":
                    self._table(tokens[index:])
                case "inline":
                    self._inline(token)
                case "footnote_block_open":
                    self._open_notes()
                case "footnote_open":
                    self._open_note(token.meta["id"] + 1, tokens[index + 1].type == "paragraph_open")
                case "footnote_anchor":
                    self._note_end(token)
                case "footnote_close" | "footnote_block_close":
                    self._put("</div>\n" if token.type == "footnote_close" else "</section>\n")
                case "bullet_list_open" | "ordered_list_open" | "blockquote_open":
                    self._open_level(tokens[index:])
                case "bullet_list_close" | "ordered_list_close" | "blockquote_close":
                    self.depth -= 1
                    self._put(_PARSER.renderer.render([token], _PARSER.options, {}))
                case _:
                    hidden = token.hidden and token.type.startswith("paragraph")
                    html = "" if hidden else _PARSER.renderer.render([token], _PARSER.options, {})
                    known = token.type in ("paragraph_open", "list_item_open", "tr_open")
                    self._put(self._placed(html) if known else html)
                    if token.type == "paragraph_open":
                        self._add(self.label)
                        self.label = ""
        self._check_notes(tokens)
        self.page.html = "".join(self.out)
        self._check_whole()

    def _put(self, html: str) -> None:
        """Write what the text says."""
        self.out.append(html)
        self.own.append(html)

    def _add(self, html: str) -> None:
        """Write what the house says beside it."""
        self.out.append(html)

    @property
    def place(self) -> Place:
        return Place(self.context.file, self.lines.source(self.line))

    def _placed(self, html: str) -> str:
        """The HTML with the place of its source on its first element, unless that has one of its own."""
        if " data-line=" in html.partition(">")[0]:
            return html
        opening = _OPENING.search(html)
        end = opening.end() if opening else 0
        return f'{html[:end]} data-line="{escape(str(self.place))}"{html[end:]}' if end else html

    def fault(self, code: str, found: str, expected: str) -> None:
        self.page.findings.append(error(code, self.place, found, expected))

    def _raw_html(self, content: str) -> None:
        self.fault("SRC-030", f"Raw HTML: {' '.join(content.split())[:40]}", "Markdown or a block.")

    def _open_block(self, token: Token, empty: bool) -> None:
        assert token.map
        last = self.rows[token.map[1]] if token.map[1] < len(self.rows) else ""
        if not re.fullmatch(r"\s*:{3,}\s*", last):
            self.fault("SRC-032", "The block is left open.", "A line ':::' after its last line.")
        call = parse_call(token.info, self.place, empty)
        own = _OpenBlock(call, len(token.markup))
        if self.open:
            self._nest(own, self.open[-1])
        self.open.append(own)
        self.page.blocks.append(call)
        block = BLOCKS.get(call.name)
        if block is None:
            self.fault("SRC-031", f"Unknown block '{call.name}'.", f"One of: {', '.join(sorted(BLOCKS))}.")
            return
        faults = block.faults(call)
        self.page.findings += faults
        if "src" in call.options:
            self._image_is_usable(call.options["src"])
        if faults:
            return
        before, own.after = self.context.print_block(call)
        self._add(self._placed(before))
        if _NOTE_CALL.search(call.options.get("title", "")):
            self.fault("LNK-006", f"'{call.name}' calls a note in its title.", "Notes in the text, not in titles.")
            return
        for key in ("title", "alt") if call.name != "table" else ():
            if key in call.options and not holds(before + own.after, call.options[key]):
                self.fault("SRC-033", f"'{call.name}' prints no {key}.", "The words in its text, or elsewhere.")

    def _nest(self, inner: _OpenBlock, outer: _OpenBlock) -> None:
        name = outer.call.name
        if outer.colons <= inner.colons:
            found = f"'{inner.call.name}' opens inside '{name}' of line {outer.call.place.line}, which is left open."
            self.fault("SRC-032", found, f"A line ':::' at the end of '{name}', or more colons around it.")
        elif name in ("figure", "table"):
            self.fault("SRC-033", f"'{inner.call.name}' stands in '{name}'.", "A block outside pictures and tables.")

    def _close_block(self) -> None:
        block = self.open.pop()
        self._add(block.after)
        if block.call.name == "table" and block.tables != 1 and not block.call.empty:
            self.page.findings.append(
                error("SRC-033", block.call.place, f"'table' holds {block.tables} tables.", "One, which has its title.")
            )

    def _open_level(self, tokens: Sequence[Token]) -> None:
        """A list or a quotation, perhaps inside another."""
        self.depth += 1
        if self.depth == MOST_LISTS + 1:
            found = f"A list or quotation inside {MOST_LISTS} others."
            self.fault("SRC-036", found, f"At most {MOST_LISTS} one in another; three are hard to follow.")
        html = _PARSER.renderer.render(tokens[:1], _PARSER.options, {})
        if tokens[0].type == "ordered_list_open":
            first, last = self._check_numbering(tokens)
            room = f"; padding-left: {0.6 * len(str(last)) + 0.6:.1f}em" if last > 99 else ""
            if first != 1 or room:
                html = f'<ol start="{first}" style="counter-reset: list-item {first - 1}{room}">\n'
        self._put(self._placed(html) if tokens[0].type == "blockquote_open" else html)

    def _check_numbering(self, tokens: Sequence[Token]) -> tuple[int, int]:
        """The first and the last number of a list. Its items are printed with the numbers that they have, or all have
        0 or 1, to be counted.
        """
        level = tokens[0].level
        inside = takewhile(lambda token: token.level > level or token.nesting > 0, tokens)
        items = [token for token in inside if token.type == "list_item_open" and token.level == level + 1]
        numbers = [int(item.info) for item in items if item.info.isdigit()]
        first = numbers[0] if numbers else 1
        ends = first, first + len(items) - 1
        if set(numbers) in ({0}, {1}):
            return ends
        for item, number, printed in zip(items, numbers, count(first), strict=False):
            if number != printed and item.map:
                place = Place(self.context.file, self.lines.source(item.map[0]))
                found = f"The number {number} would be printed as {printed}."
                self.page.findings.append(error("SRC-035", place, found, "Numbers that follow, or words."))
                break
        return ends

    def _heading(self, token: Token, content: Token) -> None:
        level = int(token.tag[1])
        if level > self.level + 1 or level == 1:
            found = f"A heading of level {level} after one of level {self.level}."
            self.fault("ACC-002", found, f"Level {min(self.level + 1, 6)}; the title of the file is level 1.")
        self.level = level
        parts = ("text", "softbreak", "code_inline")
        words = "".join(child.content for child in content.children or [] if child.type in parts)
        links = [str(child.attrGet("href")) for child in content.children or [] if child.type == "link_open"]
        if any(link.startswith("#") for link in links):
            self.fault("ACC-002", "A heading with a link to another page.", "The link in the text under it.")
        if not slug(words):
            self.fault("ACC-002", "A heading without words.", "Words that say what follows.")
        anchor = f"{self.context.prefix}-{slug(words)}"
        if anchor in self.ids:
            self.fault("SRC-013", f"Two headings give the anchor '{anchor}'.", "Headings that differ.")
        self.ids.add(anchor)
        self.page.headings.append((level, words, anchor))
        self._put(self._placed(f'<h{level} id="{anchor}">'))

    def _table(self, tokens: Sequence[Token]) -> None:
        head = tokens[: next(index for index, token in enumerate(tokens) if token.type == "thead_close")]
        if not any(token.type == "inline" and token.content.strip() for token in head):
            self.fault("ACC-003", "A table without words in its header row.", "A first row that names the columns.")
        self._put(self._placed("<table>\n"))
        block = self.open[-1] if self.open and self.open[-1].call.name == "table" else None
        if block:
            block.tables += 1
            self._add(f"<caption>{escape(block.call.options.get('title', ''))}</caption>\n")
        columns = sum(token.type == "th_open" for token in head)
        inside = list(takewhile(lambda token: token.type != "table_close", tokens))
        rows = [token for token in inside if token.type == "tr_open" and token.map][1:]
        if not rows:
            found = "A table of its header row alone."
            self.page.findings.append(warning("ACC-003", self.place, found, "Rows under it, or a list."))
        for row in rows:
            assert row.map
            cells = _cells(self.rows[row.map[0]])
            if cells != columns:
                place = Place(self.context.file, self.lines.source(row.map[0]))
                found = f"A row of {cells} {'cell' if cells == 1 else 'cells'} under {columns} heads."
                self.page.findings.append(error("ACC-003", place, found, "As many cells as heads, empty ones too."))

    def _inline(self, token: Token) -> None:
        self._check_directions(token.children or [])
        for child in token.children or []:
            match child.type:
                case "text":
                    self._text(child.content)
                case "softbreak" | "hardbreak":
                    self._put("<br>\n" if child.type == "hardbreak" else "\n")
                    self.line += 1
                case "html_inline":
                    self._raw_html(child.content)
                case "link_open":
                    is_address = child.markup == "autolink" and self.context.words.from_the_right
                    self.way = ' dir="ltr"' if is_address else ""
                    self._link(str(child.attrGet("href") or ""), str(child.attrGet("title") or ""))
                case "footnote_ref":
                    self._note_call(child)
                case "link_close":
                    self._close_link()
                case "image":
                    self._image(child)
                case "em_open" | "strong_open":
                    self._put("<strong>")
                case "em_close" | "strong_close":
                    self._put("</strong>")
                case _:
                    self._put(escape(child.content))

    def _check_directions(self, children: Sequence[Token]) -> None:
        """Words that run against the page, and letters that join, stand on one side of a mark: the engine sets each
        side by itself, one behind the other in the direction of the page.
        """
        page = self.context.words.from_the_right
        ways, before, way_before, is_parted, row = [page], "", page, False, self.line
        for child in children:
            if child.type == "text" and child.content:
                way = ways[-1] if way_before == ways[-1] else page
                if is_parted and _is_torn(before, child.content, way):
                    found = (
                        f"A mark parts '{before.split()[-1]}' and '{child.content.split()[0]}': their order is lost."
                    )
                    place = Place(self.context.file, self.lines.source(row))
                    self.page.findings.append(error("ACC-008", place, found, TOGETHER))
                    return
                before, way_before, is_parted = child.content, ways[-1], False
            elif child.type in ("softbreak", "hardbreak"):
                before, row = f"{before} ", row + 1
            else:
                is_parted = True
            if child.type == "link_open":
                target = str(child.attrGet("href") or "")
                ways.append(is_from_the_right(target[5:]) if target.startswith("lang:") else ways[-1])
            elif child.type == "link_close":
                ways.pop()

    def _text(self, text: str) -> None:
        if re.search(r"\|\s*:?-{3,}|\|\s*:?-+:?\s*(?:\||$)", text):
            self.fault(
                "ACC-003", "A table whose rows have not all the same number of cells.", "As many |---| as heads."
            )
        if re.match(r"#{1,6}\w", text):
            self.fault("ACC-002", f"'{text[:20]}' is no heading.", "A space after the signs: '## Words'.")
        if call := _NOTE_CALL.search(text):
            self.fault("LNK-006", f"No note '{call[0]}'.", f"A line '{call[0]}: ...' in this file.")
        if ":::" in text:
            self.fault("SRC-032", f"'{text.strip()[:40]}' opens or closes no block.", "':::' on a line of its own.")
        if definition := re.search(r"^\[[^\]^]+\]: *\S+|\]\[[^\]^]+\]", text):
            found = f"'{definition[0][:40]}' is printed as it stands."
            self.page.findings.append(warning("LNK-004", self.place, found, "[words](https://...), address and all."))
        if self.in_link:
            self._put(unbroken(text, self.context.words))
            return
        self._put(linked_text(text, self.context.numbers, self.context.words))

    def _link(self, target: str, title: str) -> None:
        if target.startswith(("lang:", "short:")):
            self._meaning(target, title)
            return
        self.in_link = True
        self.link_close = ("", "</a>")
        anchor = target[1:] if target.startswith("#") else target.replace("word:", "word-", 1)
        if target.startswith(("#", "word:")):
            self.page.links.append((anchor, self.place))
            ending = self.context.elsewhere(anchor)
            if ending is not None:
                self.link_close = (ending, "")
                self.own.append(f'<a href="{SCHEME}{escape(anchor)}">')
                return
        if target.startswith("#"):
            self._put(f'<a href="{SCHEME}{escape(anchor)}">')
            reference = escape(self.context.words("page.reference", page=PAGE_TOKEN.format(anchor)))
            self.link_close = (f'<span class="page-ref"> {reference}</span>', "</a>")
        elif target.startswith("word:"):
            use = f"use-{target[5:]}-{self.context.prefix}"
            first = ""
            if use not in self.ids:
                first = f' id="{escape(use)}"'
                self.page.uses.append((target[5:], use))
                self.ids.add(use)
            self._put(f'<a class="word"{first} href="{SCHEME}{escape(anchor)}">')
        elif target.startswith(("https://", "http://", "mailto:")):
            self._put(f'<a{self.way} href="{escape(target)}">')
        else:
            self.fault("LNK-004", f"The link '{target[:80]}'.", "#anchor, word:..., https:// or mailto:.")
            self._put("<a>")

    def _meaning(self, target: str, title: str) -> None:
        """Words in another language, `[words](lang:vi)`, or a short form, `[PBS](short: "What it stands for")`."""
        kind, _, tag = target.partition(":")
        if kind == "lang":
            if not is_language(tag):
                self.fault("ACC-006", f"'{tag[:40]}' names no language.", "A tag such as vi, zh-Hans or pjt.")
            turned = is_from_the_right(tag) != self.context.words.from_the_right
            way = f' dir="{"rtl" if is_from_the_right(tag) else "ltr"}"' if turned else ""
            self._put(f'<span lang="{escape(tag)}"{way}>')
            self.link_close = ("", "</span>")
            return
        if tag or not title.strip():
            self.fault("ACC-007", "A short form without its words.", '[PBS](short: "What it stands for").')
        self._put(f'<abbr title="{escape(title)}">')
        self.link_close = ("", "</abbr>")

    def _close_link(self) -> None:
        added, ending = self.link_close
        self._add(added)
        self.out.append(ending)
        self.own.append(ending or "</a>")
        self.in_link = False

    def _note_call(self, token: Token) -> None:
        number = token.meta["id"] + 1
        note = f"{self.context.prefix}-note-{number}"
        anchor = "" if token.meta["subId"] else f' id="{note}-call"'
        space = "" if self.out[-1].endswith((" ", "\n")) else " "
        words = self.context.words
        call = escape(words("note.call", number=number))
        self._add(f'{space}<a class="note-call"{anchor} href="{SCHEME}{note}">{call}</a>')
        self.page.notes |= {
            note: words("note.title", number=number),
            f"{note}-call": words("note.called", number=number),
        }

    def _open_notes(self) -> None:
        anchor = f"{self.context.prefix}-notes"
        if anchor in self.ids:
            self.fault("SRC-013", f"A heading has the anchor '{anchor}' of the notes.", "Another heading.")
        heading = self.context.words("note.heading")
        self.page.headings.append((2, heading, anchor))
        self._add(f'<section class="notes">\n<h2 id="{anchor}">{escape(heading)}</h2>\n')

    def _open_note(self, number: int, has_words_first: bool) -> None:
        self._put(f'<div class="note" role="doc-endnote" id="{self.context.prefix}-note-{number}">\n')
        self.label = f'<span class="label">{number}. </span>'
        if not has_words_first:
            self._add(f"<p>{self.label}</p>\n")
            self.label = ""

    def _note_end(self, token: Token) -> None:
        """The way back, once, to where the note was called first."""
        if token.meta["subId"] == 0:
            anchor = f"{self.context.prefix}-note-{token.meta['id'] + 1}-call"
            back = escape(self.context.words("note.back", page=PAGE_TOKEN.format(anchor)))
            self._add(f' <a class="note-back" href="{SCHEME}{anchor}">{back}</a>')

    def _check_notes(self, tokens: Sequence[Token]) -> None:
        called = {token.meta["label"] for token in tokens if token.type == "footnote_open"}
        titles = " ".join(block.options.get("title", "") for block in self.page.blocks)
        called |= {call[2:-1] for call in _NOTE_CALL.findall(titles)}
        seen: set[str] = set()
        for line, row in enumerate(self.rows):
            self.line = line
            if (note := _NOTE.match(row)) and (note[1] not in called or note[1] in seen):
                found = "stands here a second time" if note[1] in seen else "is called nowhere"
                self.fault("LNK-006", f"The note '[^{note[1]}]' {found}.", f"One note, and '[^{note[1]}]' in the text.")
            seen |= {note[1]} if note else set()

    def _check_whole(self) -> None:
        """Everything written is printed, once and in order, but where another fault says already that it is not."""
        named = {finding.place.line for finding in self.page.findings if finding.severity is Severity.ERROR}
        for loss in losses(self.lines.text, "".join(self.own), self.context.numbers.plans):
            self.line = loss.row
            if self.place.line not in named and loss.row not in self.raw_rows:
                found = "is written here and would not be printed" if loss.is_lost else "would be printed out of place"
                self.fault("SRC-035", f"'{loss.words}' {found}.", "Markdown as docs/writing.md explains it.")

    def _image(self, token: Token) -> None:
        src = str(token.attrGet("src") or "")
        if not token.content.strip():
            self.fault("ACC-001", f"The image '{src[:80]}' has no text alternative.", "![What it shows](file.svg).")
        if self._image_is_usable(src):
            kind = ' class="photograph"' if is_picture(self.context.project, src) else ""
            self._put(f'<img{kind} src="{escape(src)}" alt="{escape(token.content)}">')

    def _image_is_usable(self, src: str) -> bool:
        faults = image_faults(self.context.project, src, self.place)
        self.page.findings += faults
        self.page.assets += [] if faults else [src]
        return not faults


def _is_torn(before: str, after: str, from_the_right: bool) -> bool:
    """True for two stretches of text that run on into each other, against the page or inside a word."""
    if not before.strip() or not after.strip():
        return False
    if before[-1].isalpha() and after[0].isalpha() and has_letters_from_the_right(before[-1] + after[0]):
        return True
    return runs_against(before.split()[-1], from_the_right) and runs_against(after.split()[0], from_the_right)


def _cells(row: str) -> int:
    """How many cells a row of a table is written with."""
    cells = re.split(r"(?<!\\)\|", row.lstrip(" \t>").rstrip())
    first, last = not cells[0].strip(), len(cells) > 1 and not cells[-1].strip()
    return len(cells) - first - last


def image_faults(project: Path, src: str, place: Place) -> list[Finding]:
    """Why the image at this path under `chapters/` cannot be printed, if so."""
    path = project / "chapters" / src
    name = f"'{src[:80]}'"
    if re.match(r"[a-z][a-z0-9+.-]*:|[/\\]", src, re.IGNORECASE) or not files.inside(project, path):
        return [error("LNK-004", place, f"The image {name} lies outside the project.", "A file under chapters/.")]
    try:
        code, found, expected = _image_fault(path, files.stamp(path))
    except FileNotFoundError:
        return [error("LNK-003", place, f"No image {name}.", "A file under chapters/, such as images/team.svg.")]
    except OSError as reason:
        return [error("LNK-003", place, f"{name} cannot be read ({reason.strerror}).", "An image under chapters/.")]
    return [error(code, place, f"{name} {found}", expected)] if code else []


def is_picture(project: Path, src: str) -> bool:
    """True for a picture of pixels at this path under `chapters/`; False for a drawing, and for what is not there."""
    path = project / "chapters" / src
    if not src or not (files.inside(project, path) and files.is_file(path)):
        return False
    try:
        with path.open("rb") as file:
            return file.read(8).startswith(PICTURES)
    except OSError:
        return False


@lru_cache(maxsize=1024)
def _image_fault(path: Path, stamp: tuple[int, ...]) -> tuple[str, str, str]:
    """Why an image as it lies there cannot be printed: a code, what was found and what belongs there. Looked into once,
    and again when its `stamp` is another. Raises OSError.
    """
    content = files.read(path, MAX_PICTURE_BYTES)
    if content.startswith(PICTURES):
        found = picture_fault(content)
        return ("LNK-003", found, WHOLE_PICTURE) if found else ("", "", "")
    if kind := foreign_kind(content):
        return ("LNK-003", f"is {kind}.", "The same saved as JPEG or PNG.")
    return _drawing_fault(content)


def _drawing_fault(content: bytes) -> tuple[str, str, str]:
    """Why these bytes are no SVG drawing that stands by itself: a code, what was found and what belongs there."""
    nothing = ("LNK-003", "is no image that can be printed.", "SVG, PNG or JPEG, whatever its name says.")
    if len(content) > MAX_DRAWING_BYTES:
        most = files.in_megabytes(MAX_DRAWING_BYTES)
        return ("LNK-003", f"is larger than {most}.", "A simpler drawing, or a picture in PNG or JPEG.")
    try:
        text = content.decode("utf-8-sig")
        if "<!ENTITY" in text:
            return ("LNK-004", "defines entities.", "A drawing alone.")
        if (named := _ENCODING.match(text)) and named[1].lower() not in ("utf-8", "us-ascii"):
            return ("LNK-003", f"says that it is written in {named[1][:20]}.", "A drawing saved as UTF-8.")
        root = ElementTree.fromstring(text.encode())
    except (ValueError, LookupError, ElementTree.ParseError):
        return nothing
    if _local(root.tag) != "svg":
        return nothing
    if _draws_too_much(root):
        most = f"{MAX_DRAWING_ELEMENTS} elements, {MAX_DRAWING_DEPTH} deep, each counted as often as it is drawn"
        return ("LNK-003", "has more elements than a drawing may, or deeper ones.", f"At most {most}.")
    for element in root.iter():
        if found := _embedded_fault(element):
            return ("LNK-003", f"holds a picture that {found}", WHOLE_PICTURE)
        if number := _wild_number(element):
            return ("LNK-003", f"has a number that no page can hold ({number}).", "Numbers of at most six digits.")
        if outward := _outward(element):
            return ("LNK-004", f"holds a script or a reference to elsewhere ({outward}).", "A drawing alone.")
    return ("", "", "")


def _draws_too_much(root: ElementTree.Element) -> bool:
    """True for more elements, or deeper ones, than the engine draws in time. Each counts as often as it is drawn: what
    is used twice twice, and what uses itself without end.
    """
    if sum(1 for _ in islice(root.iter(), MAX_DRAWING_ELEMENTS + 1)) > MAX_DRAWING_ELEMENTS:
        return True
    named = {element.get("id"): element for element in root.iter() if not _local(element.tag).endswith("Gradient")}
    known: dict[ElementTree.Element, tuple[int, int]] = {}

    def drawn(element: ElementTree.Element, depth: int) -> tuple[int, int]:
        """How many elements are drawn for one, and how deep they lie; too many as soon as they are."""
        size, height = 1, 0
        inside = [(inner, 1) for inner in element]
        inside += [(named[name], _places_of(element)) for name in _references(element) if name in named]
        for inner, times in inside:
            if depth >= MAX_DRAWING_DEPTH or size > MAX_DRAWING_ELEMENTS:
                return MAX_DRAWING_ELEMENTS + 1, height
            if inner not in known:
                known[inner] = drawn(inner, depth + 1)
            size += times * known[inner][0]
            height = max(height, known[inner][1] + 1)
        return size, height

    size, height = drawn(root, 0)
    return size > MAX_DRAWING_ELEMENTS or height > MAX_DRAWING_DEPTH


def _references(element: ElementTree.Element) -> Iterator[str]:
    """The parts of a drawing that one of its elements draws, fills, clips or ends with."""
    for attribute, value in element.attrib.items():
        yield from _REFERENCE.findall(value)
        if _local(attribute) == "href" and _local(element.tag) in ("use", "pattern"):
            yield value.strip().removeprefix("#")


def _places_of(element: ElementTree.Element) -> int:
    """How often what an element refers to is drawn at most: a marker at each point of a line."""
    if not any(_local(name).startswith("marker") or "marker" in value for name, value in element.attrib.items()):
        return 1
    return 1 + len(re.findall(r"[\d.]+", element.get("d", element.get("points", "")))) // 2


def _embedded_fault(element: ElementTree.Element) -> str:
    """Why the picture inside a drawing cannot be printed; nothing in most."""
    for attribute, value in element.attrib.items():
        kind, comma, words = value.strip().partition(";base64,")
        if _local(attribute) == "href" and comma and kind in ("data:image/png", "data:image/jpeg"):
            with suppress(ValueError):
                content = b64decode(unquote(words))
                return picture_fault(content, PLAIN_MODES) if content.startswith(PICTURES) else ""
    return ""


def _wild_number(element: ElementTree.Element) -> str:
    """What is no number, or one far beyond any page, where an element of a drawing says its place or size."""
    for attribute, value in element.attrib.items():
        if _PLACE.fullmatch(attribute) and (found := _WILD.search(value)):
            return f"{attribute} {found[0][:20]}"
    return ""


def _outward(element: ElementTree.Element) -> str:
    """What in an element of a drawing acts, or reaches out of the drawing; nothing in most."""
    tag = _local(element.tag)
    if tag in ("script", "foreignObject", "iframe", "handler"):
        return tag
    if tag == "style" and _OUTWARD.search(element.text or ""):
        return "style"
    for attribute, value in element.attrib.items():
        name = _local(attribute)
        reaches = name in ("href", "src") and not value.strip().startswith(("#", "data:image/"))
        if name.startswith("on") or reaches or _OUTWARD.search(value):
            return f"{tag} {name}"
    return ""


def _local(name: object) -> str:
    """A name without its namespace; comments and instructions have none."""
    return name.rpartition("}")[2] if isinstance(name, str) else ""
