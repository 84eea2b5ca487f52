"""The one home of WeasyPrint: HTML and styles in, a tagged PDF segment and the facts of its layout out.

WeasyPrint speaks through its log, so its records are caught and become findings. Its fetcher reads only the project's
chapters and the styles; no network, no other path, whatever a chapter says. Fonts are embedded whole in every segment,
with a map of the glyphs that it uses, so that the bindery can keep one copy and cut that down.
"""

from __future__ import annotations

import logging
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import weasyprint
from weasyprint.formatting_structure.boxes import BlockBox, TextBox
from weasyprint.text.ffi import harfbuzz, pango
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from booklet.bounds import within_bounds
from booklet.composing import characters_of, decompressed
from booklet.formats import PageSetup
from booklet.pdf import has_letters_from_the_right
from booklet.typesetting.fitting import level_share, misfits
from booklet.typesetting.records import EngineError, Layout, Slot, WrittenFacts
from booklet.typesetting.structure import add_tags, restore_spaces

PT_PER_PX = 0.75
BASE = "file:///chapters/"
"""Where all documents seem to lie. Images are named in the PDF after their address, and the same sources must give the
same bytes wherever they are kept.
"""
SHIPPED = "/shipped-styles/"
"""Where the files that we ship seem to lie, to a project's style."""
WOFF2 = b"wOF2"
NEAR_SHAPE = 0.005
"""A drawing that differs from the shape of its page by less is shown whole, where nothing bleeds: half of A4 on A4."""
FAMILIES = (b"Atkinson Hyperlegible Next", b"Noto Sans")
_VIEW_BOX = re.compile(rb"""(<svg\b[^>]*?\bviewBox\s*=\s*)["']((?:-?[\d.]+[\s,]*){4})["']""")
_LOG = logging.getLogger("weasyprint")

SUBSET = weasyprint.pdf.fonts.Font.subset
"""The engine's own way to cut a font down, which has no turn here: a test holds this seam, too."""

weasyprint.pdf.add_tags = add_tags


def versions() -> dict[str, str]:
    """The versions of the engine and of the libraries of the system that pages depend on, by name."""
    number = pango.pango_version()
    shaper: list[int] = []
    for rest in ([0, 0], [0], []):  # HarfBuzz only says whether it is at least of some version
        shaper.append(next(part for part in count() if not harfbuzz.hb_version_atleast(*shaper, part + 1, *rest)))
    return {
        "weasyprint": weasyprint.__version__,
        "pango": f"{number // 10000}.{number // 100 % 100}.{number % 100}",
        "harfbuzz": ".".join(map(str, shaper)),
    }


def _whole(font: Any, to_unicode: dict[int, str], hinting: bool) -> None:
    """Leave a font whole, and give each glyph that is drawn for more than a letter, or less, the character of its own:
    of a letter with its vowel marks the engine gives all to one glyph, and nothing to the others.
    """
    odd = [glyph for glyph, text in to_unicode.items() if len(text) != 1]
    if odd and has_letters_from_the_right("".join(to_unicode.values())):
        characters = characters_of(font.file_content)
        font.to_unicode |= {glyph: characters[glyph] for glyph in odd if glyph in characters}


weasyprint.pdf.fonts.Font.subset = _whole


class _Fetcher(URLFetcher):  # type: ignore[misc] # the engine has no type hints
    """Gives the chapters' images, files of the styles, and images written into the HTML itself. Nothing else exists.

    A face is given as `open_face` has it. What is asked for with `?page` covers a whole page with the bleed around it.
    """

    def __init__(
        self,
        asset: Callable[[str, bool], bytes],
        styles: Path,
        pages: PageSetup,
        open_face: Callable[[bytes], bytes],
    ) -> None:
        super().__init__(allowed_protocols=("file", "data"))
        self._asset = asset
        self._styles = styles.resolve()
        self._pages = pages
        self._open_face = open_face

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The content at this address. Raises ValueError for one that is not allowed."""
        if url.startswith("data:image/"):
            return super().fetch(url, headers)
        parts = urlsplit(url)
        named = unquote(parts.path)
        inside = named.removeprefix(urlsplit(BASE).path)
        path = Path(named.replace(SHIPPED, f"{self._styles}/", 1) if named.startswith(SHIPPED) else named)
        if parts.scheme != "file" or (inside == named and not path.resolve().is_relative_to(self._styles)):
            raise ValueError("address outside the project")
        covers_page = parts.query == "page"
        content = self._asset(inside, covers_page) if inside != named else path.read_bytes()
        content = self._open_face(content) if content.startswith(WOFF2) else content
        return URLFetcherResponse(url, _covering(content, self._pages) if covers_page else content)


def _covering(drawing: bytes, pages: PageSetup) -> bytes:
    """An SVG that covers these pages: in the shape of a page, cut in the middle where it has another, and shown beyond
    its edges by the bleed, in the same scale. Anything else stays as it is.
    """
    trim_width, trim_height = pages.trim_mm

    def seen(box: re.Match[bytes]) -> bytes:
        left, top, width, height = (float(number) for number in box[2].replace(b",", b" ").split())
        wanted = min(width, height * trim_width / trim_height), min(height, width * trim_height / trim_width)
        is_near = max(abs(wanted[0] - width) / width, abs(wanted[1] - height) / height) <= NEAR_SHAPE
        if not is_near or (pages.bleed_mm and wanted != (width, height)):
            left, top = left + (width - wanted[0]) / 2, top + (height - wanted[1]) / 2
            width, height = wanted
        across, down = width * (pages.bleed_mm / trim_width), height * (pages.bleed_mm / trim_height)
        return b'%s"%f %f %f %f"' % (box[1], left - across, top - down, width + 2 * across, height + 2 * down)

    return _VIEW_BOX.sub(seen, drawing, count=1)


class Engine:
    """WeasyPrint with the style sheets of one page setup, parsed once. Its complaints name files as the project does.
    `asset` gives an image by its name under `chapters/`, to stand among words or to cover a page.
    """

    def __init__(
        self,
        asset: Callable[[str, bool], bytes],
        styles: Path,
        pages: PageSetup,
        open_face: Callable[[bytes], bytes] = decompressed,
    ) -> None:
        self._fetcher = _Fetcher(asset, styles, pages, open_face)
        self._design = pages.design
        self._families = tuple(family.encode() for family in pages.overlay.families)
        self._fonts = FontConfiguration()
        self._images: dict[str, Any] = {}
        with _listening() as complaints:
            names = (*pages.stylesheets, *pages.overlay.stylesheets)
            shipped = [self._sheet(filename=styles / sheet) for sheet in names]
            own = [self._sheet(string=css, base_url=f"{BASE}styles/") for css in pages.overlay.css]
            self._styles = [self._sheet(string=pages.design.style_sheet()), *shipped, *own]
        self.complaints = tuple(complaints)

    def _sheet(self, **source: Any) -> Any:
        return weasyprint.CSS(font_config=self._fonts, url_fetcher=self._fetcher, **source)

    def lay_out(self, html: str) -> tuple[Any, Layout]:
        """The laid-out document, to be written later, and what is on its pages. Raises TooMuchError and
        EngineError.
        """
        with _listening() as complaints, within_bounds(), _failing():
            document = weasyprint.HTML(string=html, base_url=BASE, url_fetcher=self._fetcher).render(
                stylesheets=self._styles, font_config=self._fonts, cache=self._images
            )
        for failed in [url for url, image in self._images.items() if image is None]:
            del self._images[failed]  # or the engine would not complain of it a second time
        _keep_whole_links(document)
        anchors: dict[str, tuple[int, float]] = {}
        bookmarks: list[tuple[int, str, int, float, str]] = []
        for index, page in enumerate(document.pages):
            for name, (_, y, *_) in page.anchors.items():
                anchors.setdefault(name, (index, y * PT_PER_PX))
            names = {point[:2]: name for name, point in page.anchors.items()}
            bookmarks += [
                (level, title, index, point[1] * PT_PER_PX, names.get(tuple(point), ""))
                for level, title, point, _ in page.bookmarks
            ]
        complained = tuple(dict.fromkeys(complaints))
        level = level_share(document, self._design.body_pt / PT_PER_PX, self._design.line_pt / PT_PER_PX)
        slots = dict(_slots(document)) if "data-slot=" in html else {}
        return document, Layout(
            len(document.pages), anchors, tuple(bookmarks), complained, misfits(document), level, slots
        )

    def forget_images(self) -> None:
        """Read images anew from now on: their files may have changed."""
        self._images.clear()

    def write(self, document: Any, folios: Mapping[str, str]) -> tuple[bytes, WrittenFacts]:
        """The document as a tagged PDF with its page references filled in, for the bindery to compress.

        A reference was laid out as so many zeros in tabular figures; its number has as many digits, so putting it in
        moves nothing. Raises TooMuchError and EngineError.
        """
        document.fonts.clear()  # or glyphs of an earlier writing would count as used
        restore_spaces(document)
        _fill_references(document, folios)
        with _listening() as complaints, within_bounds(), _failing():
            pdf = document.write_pdf(pdf_version="1.7", pdf_tags=True, uncompressed_pdf=True)
        complaints += _strange_characters(document, (*FAMILIES, *self._families))
        sources = tuple(tuple(page) for page in document.sources)
        return pdf, WrittenFacts(tuple(dict.fromkeys(complaints)), sources)


def _strange_characters(document: Any, families: tuple[bytes, ...]) -> Iterator[str]:
    """Which characters had to be set in a font that is none of these."""
    for font in document.fonts.values():
        if not any(family in font.name.replace(b"-", b" ") for family in families):
            characters = " ".join(sorted(set(font.to_unicode.values())))
            yield f"no shipped font has the characters {characters}"


def _fill_references(document: Any, folios: Mapping[str, str]) -> None:
    for page in document.pages:
        for box in page._page_box.descendants():
            if isinstance(box, TextBox) and box.element is not None and "data-page" in box.element.attrib:
                box.text = box.pango_layout.text = folios[box.element.get("data-page")]


def _slots(document: Any) -> Iterator[tuple[str, Slot]]:
    for index, page in enumerate(document.pages):
        for box in page._page_box.descendants():
            if isinstance(box, BlockBox) and box.element is not None and (name := box.element.get("data-slot")):
                inside = (box.content_box_x(), box.content_box_y(), box.width, box.height)
                yield name, Slot(index, *(round(side * PT_PER_PX, 3) for side in inside))


def _keep_whole_links(document: Any) -> None:
    """One annotation for each line of a link. WeasyPrint adds one more for every element inside it (thread #2482)."""
    for page in document.pages:
        kept: dict[Any, list[tuple[float, ...]]] = {}
        links = []
        for link in page.links:
            element, rectangle = link[3].element, link[2]
            if element.tag != "a" or any(_within(rectangle, other) for other in kept.get(element, [])):
                continue
            kept.setdefault(element, []).append(rectangle)
            links.append(link)
        page.links[:] = links


def _within(inner: tuple[float, ...], outer: tuple[float, ...]) -> bool:
    """True when a rectangle (left, top, right, bottom, in CSS pixels) lies inside another, to a hundredth."""
    slack = 0.01
    return (
        inner[0] >= outer[0] - slack
        and inner[1] >= outer[1] - slack
        and inner[2] <= outer[2] + slack
        and inner[3] <= outer[3] + slack
    )


@contextmanager
def _failing() -> Iterator[None]:
    """Turn what the engine raises of odd drawings, pictures and styles into one error."""
    try:
        yield
    except (
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
        OSError,
        RuntimeError,
        SyntaxError,
        TypeError,
        ValueError,
        struct.error,
    ) as reason:
        raise EngineError(type(reason).__name__) from reason


@contextmanager
def _listening() -> Iterator[list[str]]:
    """The messages that the engine logs as warnings or errors meanwhile."""
    messages: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage().replace(BASE, "chapters/"))

    ear = Ear(logging.WARNING)
    handlers, propagate = _LOG.handlers, _LOG.propagate
    _LOG.handlers, _LOG.propagate = [ear], False
    try:
        yield messages
    finally:
        _LOG.handlers, _LOG.propagate = handlers, propagate
