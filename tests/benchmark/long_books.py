"""Made-up booklets of any length: chapters of plain words, all alike but for their numbers. They say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests import tiny

PAGES_OF_CHAPTER = 25
"""So long is a chapter that has as many characters as one may have (`bounds.MAX_CHAPTER_BYTES`) or fewer."""
_SENTENCE = "These words are here to fill a page, and number {number} is here so that no two of them are alike. "
_SENTENCES_OF_PAGE = 13


def write(folder: Path, pages: int) -> Path:
    """A project whose main booklet, for the screen, has about so many pages."""
    overlay: tiny.Overlay = {f"chapters/{number:03}-more.md": text for number, text in _chapters(pages)}
    return tiny.write(folder, overlay)


def _chapters(pages: int) -> Iterator[tuple[int, str]]:
    for number in range(3, 3 + max(1, pages // PAGES_OF_CHAPTER)):
        text = "\n".join(_page(number, page) for page in range(PAGES_OF_CHAPTER))
        yield number, tiny.CHAPTER.format(title=f"Chapter {number}", id=f"more-{number}", text=text)


def _page(chapter: int, page: int) -> str:
    first = (chapter * PAGES_OF_CHAPTER + page) * _SENTENCES_OF_PAGE
    sentences = [_SENTENCE.format(number=first + number) for number in range(_SENTENCES_OF_PAGE)]
    half = _SENTENCES_OF_PAGE // 2
    return f"## Part {page} of chapter {chapter}\n\n{''.join(sentences[:half])}\n\n{''.join(sentences[half:])}\n"
