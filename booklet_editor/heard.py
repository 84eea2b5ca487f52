"""What is heard of a file, as HTML: each element as the browser's own, so that any screen reader reads it alike."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from booklet.transcript import Element

TAGS = {
    "P": "p", "L": "ul", "LI": "li", "Table": "table", "THead": "thead", "TBody": "tbody", "TFoot": "tfoot",
    "TR": "tr", "TH": "th", "TD": "td", "Caption": "p", "BlockQuote": "blockquote", "Strong": "strong",
    "Em": "em", "TOC": "ul", "TOCI": "li", "Sect": "section", "Note": "div", "FENote": "div", "Aside": "aside",
}  # fmt: skip
"""What becomes of an element; of any other its kids alone, in a block where they stand in one."""
BLOCKS = frozenset({"Div", "Part", "Art", "LBody", "Index"})
_DOCUMENT = """<!doctype html>
<html lang="en-AU"><head><meta charset="utf-8"><title>What is heard</title>
<link rel="stylesheet" href="../page.css"></head>
<body class="heard"><main><h1 class="heard-title">What is heard</h1>{notes}{body}</main></body></html>
"""


def as_document(top: Element | None, notes: tuple[str, ...]) -> str:
    """A page with all that is heard, and what others may hear otherwise. Where a page of the file begins stands the
    anchor `page-N`, from 0.
    """
    said = "".join(f'<p class="heard-note">{escape(note)}</p>' for note in notes)
    body = "".join(_Writer().element(top)) if top else ""
    return _DOCUMENT.format(notes=said, body=body)


class _Writer:
    """Writes elements in order, and marks where each page begins."""

    def __init__(self) -> None:
        self._page = -1

    def element(self, element: Element, around: str = "") -> Iterator[str]:
        """One element and all in it."""
        anchor = ""
        if element.page > self._page and not element.elements:
            self._page = element.page
            anchor = f' id="page-{element.page}"'
        language = f' lang="{escape(element.language)}"' if element.language else ""
        given = anchor + language
        if element.role == "Figure":
            words = escape(element.alt or element.text())
            yield f"<div{given} class=figure><span class=role>figure</span> {words}</div>"
            return
        if element.role == "Link":
            target = f" <span class=target>({escape(element.target)})</span>" if element.target else ""
            yield f"<span class=link{given}>{escape(element.text())}</span>{target}"
            return
        if element.role == "Lbl":
            yield f"<span class=label{given}>{escape(element.text())}</span> "
            return
        if element.role == "Caption" and around == "Table":
            yield f"<caption{given}>{escape(element.text())}</caption>"
            return
        tag = f"h{min(element.level + 1, 6)}" if element.level else TAGS.get(element.role, "")
        tag = tag or ("div" if element.role in BLOCKS else "span" if given else "")
        said = f'<span class="role">level {element.level}</span> ' if element.level else ""
        yield f"<{tag}{given}>{said}" if tag else ""
        yield from self._kids(element)
        yield f"</{tag}>" if tag else ""

    def _kids(self, element: Element) -> Iterator[str]:
        if element.replacement is not None:
            yield escape(element.replacement)
            return
        for kid in element.kids:
            if isinstance(kid, str):
                yield escape(kid)
            else:
                yield from self.element(kid, element.role)
        for field in element.fields:
            yield f"<span class=role>{escape(field)}</span>"
