"""Markdown to HTML: plain CommonMark, tables, and the blocks that docs/writing.md explains.

What a chapter may not hold is a finding at its own line: raw HTML, an unknown block, a block left open, a skipped
heading level, an image without words, a link that leads nowhere or out of the project, a number that this edition
does not have. Links inside the booklet become `booklet:anchor`, with a page token behind them, since their target
may lie in another segment; typesetting fills the tokens and the bindery makes them links again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_plugins.container import container_plugin

from booklet.australia import Phone, PhoneError, parse_phone, phone_candidates
from booklet.composing.blocks import BLOCKS, BlockCall, parse_call
from booklet.composing.sandbox import Lines
from booklet.findings import Finding, Place, error
from booklet.manuscript import inside, slug

PAGE_TOKEN = "\ue010{}\ue011"
SCHEME = "booklet:"
Printer = Callable[[BlockCall], tuple[str, str]]
"""Gives the HTML before and after the content of a block."""
IMAGE_TYPES = {".svg", ".png", ".jpg", ".jpeg"}
_UNSAFE_SVG = re.compile(
    rb"<script|<foreignObject|<!ENTITY|\son\w+\s*=|(?:href\s*=\s*[\"']|url\([\"']?)\s*(?:[a-z]+:|//)", re.IGNORECASE
)
_UNITS = re.compile(
    r"(\d) (?=(?:am|pm|km|mm|cm|mg|kg|per cent|January|February|March|April|May|June|July|August|September|October"
    r"|November|December|hours?|days?|weeks?|months?|years?|minutes?)\b)"
)
_YEARS = re.compile(
    r"(January|February|March|April|May|June|July|August|September|October|November|December) (?=\d{4}\b)"
)


@dataclass
class Page:
    """What one Markdown text came to: HTML, and what others must know of it."""

    html: str = ""
    headings: list[tuple[int, str, str]] = field(default_factory=list)
    links: list[tuple[str, Place]] = field(default_factory=list)
    uses: list[tuple[str, str]] = field(default_factory=list)
    phones: list[tuple[str, str, Place]] = field(default_factory=list)
    blocks: list[BlockCall] = field(default_factory=list)
    assets: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class Desk:
    """What the renderer needs beside the text: where images lie, how each block is printed, and what another book has.

    `elsewhere` says how a reference to an anchor ends when that is not in this booklet; None when it is.
    """

    project: Path
    prefix: str
    file: str
    print_block: Printer
    elsewhere: Callable[[str], str | None] = lambda _: None


def phone_link(phone: Phone) -> Markup:
    """The number as a link that dials it and that never breaks over a line."""
    return Markup('<a class="tel" href="{}">{}</a>').format(phone.uri, phone.text)


def linked_text(text: str) -> tuple[Markup, list[tuple[str, str]]]:
    """Escaped text with phone numbers as links, and (digits, written form) of each; unreadable ones have no digits."""
    html, numbers, end = Markup(""), [], 0
    for start, stop in phone_candidates(text):
        written = text[start:stop]
        html += _tidy(text[end:start])
        try:
            phone = parse_phone(written)
            html += phone_link(phone)
            numbers.append((phone.digits, written))
        except PhoneError:
            html += escape(written)
            numbers.append(("", written))
        end = stop
    return html + _tidy(text[end:]), numbers


def _tidy(text: str) -> Markup:
    text = _YEARS.sub("\\1\u00a0", _UNITS.sub("\\1\u00a0", text))
    return Markup(escape(text.replace("'", "\u2019"), quote=False))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "typographer": True}).enable(["table", "smartquotes"])
    parser.disable(["code", "fence", "reference"])
    parser.validateLink = lambda url: True  # type: ignore[method-assign] # judged by `_link` and `image_faults`, with a finding
    container_plugin(parser, "block", validate=lambda params, *_: bool(params.strip()))
    return parser


_PARSER = _parser()


@lru_cache(maxsize=64)
def _parsed(text: str) -> tuple[Token, ...]:
    """The tokens of a text, which the writer only reads. Most texts are the same in every edition."""
    return tuple(_PARSER.parse(text))


def render(lines: Lines, desk: Desk) -> Page:
    """Render one text. `desk.prefix` is the id of its chapter or page, from which heading ids are made."""
    page = Page()
    _Writer(lines, desk, page).write(_parsed(lines.text))
    return page


class _Writer:
    """Walks the tokens once, writing HTML and noting faults. A class only because the walk has a state."""

    def __init__(self, lines: Lines, desk: Desk, page: Page) -> None:
        self.lines, self.desk, self.page = lines, desk, page
        self.rows = lines.text.split("\n")
        self.out: list[str] = []
        self.level = 1
        self.ids: set[str] = set()
        self.open: list[str] = []
        self.line = 0
        self.link_close = ""
        self.in_link = False

    def write(self, tokens: Sequence[Token]) -> None:
        for index, token in enumerate(tokens):
            if token.map:
                self.line = token.map[0]
            match token.type:
                case "container_block_open":
                    self._open_block(token, tokens[index + 1].type == "container_block_close")
                case "container_block_close":
                    self.out.append(self.open.pop())
                case "heading_open":
                    self._heading(token, tokens[index + 1])
                case "html_block":
                    self._raw_html(token.content)
                case "table_open":
                    self._table(tokens[index:])
                case "inline":
                    self._inline(token)
                case _:
                    hidden = token.hidden and token.type.startswith("paragraph")
                    self.out.append("" if hidden else _PARSER.renderer.render([token], _PARSER.options, {}))
        self.page.html = "".join(self.out)

    @property
    def place(self) -> Place:
        return Place(self.desk.file, self.lines.source(self.line))

    def fault(self, code: str, found: str, expected: str) -> None:
        self.page.findings.append(error(code, self.place, found, expected))

    def _raw_html(self, content: str) -> None:
        self.fault("SRC-030", f"Raw HTML: {content.strip()[:40]}", "Markdown or a block.")

    def _open_block(self, token: Token, empty: bool) -> None:
        assert token.map
        last = self.rows[token.map[1]] if token.map[1] < len(self.rows) else ""
        if not re.fullmatch(r"\s*:{3,}\s*", last):
            self.fault("SRC-032", "The block is left open.", "A line ':::' after its last line.")
        call = parse_call(token.info, self.place, empty)
        if self.open:
            outer = self.page.blocks[-1]
            found = f"'{call.name}' opens inside '{outer.name}' of line {outer.place.line}, which is left open."
            self.fault("SRC-032", found, f"A line ':::' at the end of '{outer.name}'.")
        self.page.blocks.append(call)
        block = BLOCKS.get(call.name)
        if block is None:
            self.fault("SRC-031", f"Unknown block '{call.name}'.", f"One of: {', '.join(sorted(BLOCKS))}.")
            self.open.append("")
            return
        faults = block.faults(call)
        self.page.findings += faults
        if "src" in call.options:
            self._image_is_usable(call.options["src"])
        before, after = ("", "") if faults else self.desk.print_block(call)
        self.out.append(before)
        self.open.append(after)

    def _heading(self, token: Token, content: Token) -> None:
        level = int(token.tag[1])
        if level > self.level + 1 or level == 1:
            found = f"A heading of level {level} after one of level {self.level}."
            self.fault("ACC-002", found, f"Level {min(self.level + 1, 6)}; the title of the file is level 1.")
        self.level = level
        words = "".join(child.content for child in content.children or [] if child.type in ("text", "softbreak"))
        if not slug(words):
            self.fault("ACC-002", "A heading without words.", "Words that say what follows.")
        anchor = f"{self.desk.prefix}-{slug(words)}"
        if anchor in self.ids:
            self.fault("SRC-013", f"Two headings give the anchor '{anchor}'.", "Headings that differ.")
        self.ids.add(anchor)
        self.page.headings.append((level, words, anchor))
        self.out.append(f'<h{level} id="{anchor}">')

    def _table(self, tokens: Sequence[Token]) -> None:
        head = tokens[: next(index for index, token in enumerate(tokens) if token.type == "thead_close")]
        if not any(token.type == "inline" and token.content.strip() for token in head):
            self.fault("ACC-003", "A table without words in its header row.", "A first row that names the columns.")
        call = self.page.blocks[-1] if self.open and self.page.blocks else None
        caption = call.options.get("title", "") if call and call.name == "table" else ""
        self.out.append("<table>\n" + (f"<caption>{escape(caption)}</caption>\n" if caption else ""))

    def _inline(self, token: Token) -> None:
        for child in token.children or []:
            match child.type:
                case "text":
                    self._text(child.content)
                case "softbreak" | "hardbreak":
                    self.out.append("<br>\n" if child.type == "hardbreak" else "\n")
                    self.line += 1
                case "html_inline":
                    self._raw_html(child.content)
                case "link_open":
                    self._link(str(child.attrGet("href") or ""))
                case "link_close":
                    self.out.append(self.link_close)
                    self.in_link = False
                case "image":
                    self._image(child)
                case "em_open" | "strong_open":
                    self.out.append("<strong>")
                case "em_close" | "strong_close":
                    self.out.append("</strong>")
                case _:
                    self.out.append(escape(child.content))

    def _text(self, text: str) -> None:
        if re.search(r"\|\s*:?-{3,}", text):
            self.fault(
                "ACC-003", "A table whose rows have not all the same number of cells.", "As many |---| as heads."
            )
        if re.match(r"#{1,6}\w", text):
            self.fault("ACC-002", f"'{text[:20]}' is no heading.", "A space after the signs: '## Words'.")
        if ":::" in text:
            self.fault("SRC-032", f"'{text.strip()[:40]}' opens or closes no block.", "':::' on a line of its own.")
        if self.in_link:
            self.out.append(_tidy(text))
            return
        html, numbers = linked_text(text)
        self.page.phones += [(digits, written, self.place) for digits, written in numbers]
        self.out.append(html)

    def _link(self, target: str) -> None:
        self.in_link = True
        self.link_close = "</a>"
        anchor = target[1:] if target.startswith("#") else target.replace("word:", "word-", 1)
        if target.startswith(("#", "word:")):
            self.page.links.append((anchor, self.place))
            ending = self.desk.elsewhere(anchor)
            if ending is not None:
                self.link_close = ending
                return
        if target.startswith("#"):
            self.out.append(f'<a href="{SCHEME}{escape(anchor)}">')
            self.link_close = f'<span class="page-ref">, page\u00a0{PAGE_TOKEN.format(escape(anchor))}</span></a>'
        elif target.startswith("word:"):
            use = f"use-{target[5:]}-{self.desk.prefix}"
            first = ""
            if use not in self.ids:
                first = f' id="{escape(use)}"'
                self.page.uses.append((target[5:], use))
                self.ids.add(use)
            self.out.append(f'<a class="word"{first} href="{SCHEME}{escape(anchor)}">')
        elif target.startswith(("https://", "http://", "mailto:")):
            self.out.append(f'<a href="{escape(target)}">')
        else:
            self.fault("LNK-004", f"The link '{target[:80]}'.", "#anchor, word:..., https:// or mailto:.")
            self.out.append("<a>")

    def _image(self, token: Token) -> None:
        src = str(token.attrGet("src") or "")
        if not token.content.strip():
            self.fault("ACC-001", f"The image '{src[:80]}' has no text alternative.", "![What it shows](file.svg).")
        if self._image_is_usable(src):
            self.out.append(f'<img src="{escape(src)}" alt="{escape(token.content)}">')

    def _image_is_usable(self, src: str) -> bool:
        faults = image_faults(self.desk.project, src, self.place)
        self.page.findings += faults
        self.page.assets += [] if faults else [src]
        return not faults


def image_faults(project: Path, src: str, place: Place) -> list[Finding]:
    """Why the image at this path under `chapters/` cannot be printed, if so."""
    path = project / "chapters" / src
    name = f"'{src[:80]}'"
    if re.match(r"[a-z][a-z0-9+.-]*:|[/\\]", src, re.IGNORECASE) or not inside(project, path):
        return [error("LNK-004", place, f"The image {name} lies outside the project.", "A file under chapters/.")]
    if not path.is_file():
        return [error("LNK-003", place, f"No image {name}.", "A file under chapters/, such as images/team.svg.")]
    if path.suffix.lower() not in IMAGE_TYPES:
        return [error("LNK-003", place, f"{name} is no image that can be printed.", "SVG, PNG or JPEG.")]
    if path.suffix.lower() == ".svg" and _UNSAFE_SVG.search(path.read_bytes()):
        return [error("LNK-004", place, f"{name} holds a script or a reference to elsewhere.", "A drawing alone.")]
    return []
