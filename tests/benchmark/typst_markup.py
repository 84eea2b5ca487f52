"""Composed HTML as Typst markup: the same words in the same order, set by `booklet.typ`.

Every element that composing writes is known here; one that is not stops the conversion, so that nothing is lost
unseen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from tinyhtml5 import parse

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_SPACE = re.compile(r"[ \t\r\n]+")
_TAB = re.compile(r'--tab-number: "([^"]*)"; --tab-step: ([0-9.]+); --tab-share: ([0-9.]+)')
_DRAWING = re.compile(r"url\((images/[^)?]+)(?:\?page)?\)")
DRAWN_URI = "data:image/svg+xml;charset=utf-8,"
BLOCKS = {"section", "header", "div", "p", "ul", "ol", "dl", "table", "figure", "blockquote", "aside",
          *(f"h{level}" for level in range(1, 5))}  # fmt: skip
STYLED = {"name", "service-phone", "about", "chapter-number", "minutes", "other-face", "order-code", "whole"}
"""Classes of inline text that `booklet.typ` has a function for, of the same name."""
PLAIN = {"", "checked", "page-ref", "uses", "entry-number", "entry-title", "entry-page"}
"""Classes of inline text that is set as it stands."""


@dataclass(frozen=True)
class Source:
    """A part to convert: its title, its kind, its body as HTML, its own style, and whether it is numbered in roman."""

    title: str
    kind: str
    body: str
    style: str
    roman: bool


def document(parts: Iterable[Source], form: str) -> str:
    """A whole booklet in one format. Raises ValueError for an element that it does not know."""
    head = f'#import "/booklet.typ": *\n#show: booklet.with("{form}")\n'
    return head + "".join(map(_part, parts))


def _part(part: Source) -> str:
    drawing, tab = _DRAWING.search(part.style), _TAB.search(part.style)
    facts = [f"kind: {_string(part.kind)}", f"running: [{escaped(part.title)}]"]
    facts += [f"drawing: {_string(f'/{drawing[1]}')}"] if drawing else []
    facts += [f"tab: ({_string(tab[1])}, {tab[2]}, {tab[3]})"] if tab else []
    facts += ["roman: true"] if part.roman else []
    body = parse(f"<!DOCTYPE html><body>{part.body}</body>", namespace_html_elements=False).find("body")
    return f"#part({', '.join(facts)})[\n{_blocks(body)}]\n"


def escaped(text: str) -> str:
    """Text that Typst takes as it stands, white space made single."""
    return _PUNCTUATION.sub(r"\\\1", _SPACE.sub(" ", text))


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _blocks(element: Element) -> str:
    """What is in an element that may hold blocks: runs of inline content between them become paragraphs."""
    pieces, run = [], escaped(element.text or "")
    for child in element:
        if child.tag in BLOCKS:
            pieces += [run, _block(child)]
            run = escaped(child.tail or "")
        else:
            run += _inline(child) + escaped(child.tail or "")
    return "".join(f"{piece.strip(' ')}\n\n" for piece in (*pieces, run) if piece.strip())


def _block(element: Element) -> str:
    kind, tag = element.get("class", ""), str(element.tag)
    label = f" <{element.get('id')}>" if element.get("id") else ""
    match tag:
        case "section" | "header":
            return _blocks(element)
        case "h1" | "h2" | "h3" | "h4":
            return f"#heading(level: {tag[1]})[{_inlines(element).strip()}]{label}"
        case "p":
            return _paragraph(element, kind)
        case "ul" | "ol":
            return _list(element, kind)
        case "dl":
            return "".join(map(_term, element))
        case "table":
            return _table(element, kind)
        case "figure":
            return _figure(element)
        case "blockquote":
            return f"#voice[\n{_blocks(element)}]"
        case "aside":
            return f"#aside({_string(kind.removeprefix('box '))})[\n{_blocks(element)}]"
        case "div" if kind == "rule":
            return "#rule()"
        case "div" if kind == "captioned":
            return _blocks(element)
        case "div":
            return f"#group({_string(kind)})[\n{_blocks(element)}]"
    raise ValueError(f"No way is known to set <{tag} class='{kind}'>.")


def _paragraph(element: Element, kind: str) -> str:
    words = _inlines(element).strip(" ")
    if not kind:
        return words
    drawing = _DRAWING.search(element.get("style", ""))
    beside = f", drawing: {_string(f'/{drawing[1]}')}" if drawing else ""
    return f"#paragraph({_string(kind)}{beside})[{words}]"


def _list(element: Element, kind: str) -> str:
    items = ", ".join(f"[{_blocks(item).strip()}]" for item in element)
    if kind == "contents":
        return "\n\n".join(f"#entry[{_inlines(item).strip()}]" for item in element)
    if kind:
        return f"#named-list({_string(kind)}, {items})"
    return f"#{'enum' if element.tag == 'ol' else 'list'}({items})"


def _term(row: Element) -> str:
    term, explained = row
    return f"#term[{_inlines(term).strip()} <{term.get('id')}>][{_inlines(explained).strip()}]\n\n"


def _table(element: Element, kind: str) -> str:
    rows = list(element.iter("tr"))
    head = element.find("thead")
    headed = list(head.iter("tr")) if head is not None else []
    caption = element.find("caption")
    cells = [f"table.header({', '.join(_cell(cell) for row in headed for cell in row)})"] if headed else []
    cells += [_cell(cell) for row in rows if row not in headed for cell in row]
    above = f'#paragraph("caption")[{_inlines(caption).strip()}]\n\n' if caption is not None else ""
    return f"{above}#grid-table({_string(kind)}, {len(rows[0])}, {', '.join(cells)})"


def _cell(cell: Element) -> str:
    words = _inlines(cell).strip()
    return f"[#strong[{words}]]" if cell.tag == "th" else f"[{words}]"


def _figure(element: Element) -> str:
    (image,), caption = element.iter("img"), element.find("figcaption")
    words = f", caption: [{_blocks(caption).strip()}]" if caption is not None else ""
    return f"#picture({_image(image)}{words})"


def _image(image: Element) -> str:
    source, alt = image.get("src", ""), _string(image.get("alt", ""))
    if source.startswith(DRAWN_URI):
        return f"image(bytes({_string(unquote(source[len(DRAWN_URI) :]))}), alt: {alt})"
    return f"image({_string(f'/{source}')}, alt: {alt})"


def _inlines(element: Element) -> str:
    return escaped(element.text or "") + "".join(_inline(child) + escaped(child.tail or "") for child in element)


def _inline(element: Element) -> str:
    kind, tag = element.get("class", ""), str(element.tag)
    label = f"#anchor(<{element.get('id')}>)" if element.get("id") else ""
    match tag:
        case "a":
            target = element.get("href", "")
            there = f"<{target.removeprefix('booklet:')}>" if target.startswith("booklet:") else _string(target)
            return f"{label}#reach({_string(kind)}, {there})[{_inlines(element)}]"
        case "strong":
            return f"#strong[{_inlines(element)}]"
        case "abbr":
            return _inlines(element)
        case "wbr":
            return "#wbr()"
        case "br":
            return "#linebreak()"
        case "img":
            return f"#code-square({_image(element)})"
        case "span" if kind == "page-token":
            return f"#folio-of(<{element.get('id-ref')}>)"
        case "span" if kind.startswith("tel"):
            return f"#whole[{_inlines(element)}]"
        case "span" if kind in STYLED:
            return f"#{kind}[{_inlines(element)}]"
        case "span" if kind in PLAIN:
            return _inlines(element)
    raise ValueError(f"No way is known to set <{tag} class='{kind}'> within a line.")
