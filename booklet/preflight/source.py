"""What the composed HTML says, as it must be found again in the structure of the finished file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from html.parser import HTMLParser

from booklet.composing import PAGE_TOKENS
from booklet.preflight.records import SourceText

INLINE = frozenset(("a", "abbr", "b", "em", "i", "span", "strong", "sub", "sup", "wbr", "cite", "q", "small", "code"))
SILENT = frozenset(("head", "style", "script", "title"))
_HEADING = re.compile(r"h([1-6])")


def source_text(documents: Iterable[str]) -> SourceText:
    """Texts, headings, alternatives and links of some HTML documents, in order. Page tokens split a text in pieces."""
    return sum(map(_of_one, documents), SourceText())


@lru_cache(maxsize=64)
def _of_one(document: str) -> SourceText:
    """Editions that follow one another share most of their documents."""
    reader = _Reader()
    reader.feed(document)
    reader.close()
    reader.end_block()
    return SourceText(tuple(reader.texts), tuple(reader.headings), tuple(reader.alternatives), tuple(reader.links))


def _pieces(text: str) -> tuple[str, ...]:
    """A text without its page tokens, in the pieces that they leave. (`split` gives the tokens' names in between.)"""
    return tuple(piece for piece in PAGE_TOKENS.split(text)[::2] if piece.strip())


class _Reader(HTMLParser):
    """Gathers the words of each block; a link or heading notes where in the words it began."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[tuple[str, ...]] = []
        self.headings: list[tuple[int, str]] = []
        self.alternatives: list[str] = []
        self.links: list[tuple[str, ...]] = []
        self._words = ""
        self._silent = 0
        self._link_words: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag opens."""
        given = dict(attrs)
        if tag in SILENT:
            self._silent += 1
        if tag not in INLINE and tag != "br":
            self.end_block()
        if tag == "br":
            self._words += " "
        if tag == "a" and given.get("href"):
            self._link_words = []
        if tag == "img" and given.get("alt"):
            self.alternatives.append(given["alt"] or "")

    def handle_endtag(self, tag: str) -> None:
        """A tag closes."""
        if tag in SILENT:
            self._silent -= 1
        if tag == "a" and self._link_words is not None:
            self.links.append(_pieces("".join(self._link_words)))
            self._link_words = None
        if match := _HEADING.fullmatch(tag):
            self.headings.append((int(match[1]), self._words))
        if tag not in INLINE and tag != "br":
            self.end_block()

    def handle_data(self, data: str) -> None:
        """Words."""
        if not self._silent:
            self._words += data
            if self._link_words is not None:
                self._link_words.append(data)

    def end_block(self) -> None:
        """Write the words gathered so far down as a text of their own."""
        if pieces := _pieces(self._words):
            self.texts.append(pieces)
        self._words = ""
