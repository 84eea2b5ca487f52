"""What does not fit its page: found from the boxes of a finished layout, in CSS pixels, with the words to find it by.

An engine never refuses: a long word runs over the edge, a wide table off the page, and a box that may not be broken is
broken when no page can hold it. Each of these is a fault of the text, so it is told with the place of the element that
holds it: the attribute `data-line` of the nearest one that has it (`chapters/04-liver.md:42`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from weasyprint.formatting_structure import boxes

from booklet.typesetting.records import Misfit, MisfitKind

SLACK_PX = 0.5
"""Half a CSS pixel, an eighth of a millimetre: less than anybody sees, more than rounding does."""
ENOUGH_LINES = 20
LEVEL_PX = 0.8
"""Lines of facing pages that differ by less look level."""
SHOWN = 50
"""Characters of a text by which a message names it."""


def misfits(document: Any) -> tuple[Misfit, ...]:
    """All that does not fit in a laid-out document, each thing once, in the order of its pages."""
    found: dict[Misfit, None] = {}
    unbroken: dict[Any, tuple[int, Misfit]] = {}
    for index, page in enumerate(document.pages):
        area = page._page_box
        for child in area.children:
            if isinstance(child, boxes.MarginBox):
                continue
            for box, misfit in _walk(child, area, (area.content_box_x(), area.content_box_x() + area.width), ""):
                if misfit.kind is not MisfitKind.BOX:
                    found[misfit] = None
                    continue
                first, misfit = unbroken.setdefault(box.element, (index, misfit))
                if first != index and replace(misfit, kind=MisfitKind.PICTURE) not in found:
                    found[misfit] = None
    return tuple(found)


def level_share(document: Any, body_px: float, line_px: float) -> float:
    """How many of the body's lines stand on the grid of half lines that most of them stand on, from 0 to 1.

    What follows a picture on its page does not count: no style tells how high that is. Nor do lines in a table, which
    stand a quarter of a line below its rules.
    """
    half = line_px / 2
    faces: dict[tuple[str, ...], list[float]] = {}
    for page in document.pages:
        area = page._page_box
        inside = (child for child in area.children if not isinstance(child, boxes.MarginBox))
        every = [each for child in inside for each in child.descendants()]
        cells = (box for box in every if isinstance(box, boxes.TableCellBox))
        in_tables = {id(line) for cell in cells for line in cell.descendants()}
        for box in every:
            if isinstance(box, boxes.ReplacedBox) and box.height > line_px:
                break
            is_body = (
                isinstance(box, boxes.LineBox)
                and id(box) not in in_tables
                and abs(box.style["font_size"] - body_px) < LEVEL_PX
            )
            if is_body and box.height > line_px - LEVEL_PX:
                gap = (box.position_y + box.baseline - area.content_box_y()) % half
                faces.setdefault(tuple(box.style["font_family"]), []).append(gap)
    found = max(faces.values(), key=len, default=[])  # another face stands otherwise in its line
    if len(found) < ENOUGH_LINES:
        return 1.0
    (usual, _), *_ = Counter(round(gap, 1) for gap in found).most_common(1)
    return sum(abs((gap - usual + half / 2) % half - half / 2) <= LEVEL_PX for gap in found) / len(found)


def _walk(box: Any, area: Any, edges: tuple[float, float], place: str) -> Iterator[tuple[Any, Misfit]]:
    """What is too wide or too high inside a box, and each box that may not be broken, as it would be told.

    `edges` are where the content of the nearest block begins and ends, left and right.
    """
    if box.element is not None:
        place = box.element.get("data-line") or place
    if isinstance(box, boxes.TableRowGroupBox) and box.is_header:
        return
    if isinstance(box, boxes.TextBox):
        first, last = box.position_x, box.position_x + box.width
        from_the_right = box.style["direction"] == "rtl"
        over = first + SLACK_PX < edges[0] < last if from_the_right else first < edges[1] < last - SLACK_PX
        if box.text.strip() and over:
            yield box, Misfit(MisfitKind.WORD, box.text.strip()[:SHOWN], place)
        return
    if isinstance(box, boxes.ReplacedBox):
        if _sticks_out(box, area) or box.position_y + box.margin_height() > _bottom(area) + SLACK_PX:
            yield box, Misfit(MisfitKind.PICTURE, _words(box), place)
        return
    if isinstance(box, boxes.TableBox) and _sticks_out(box, area):
        yield box, Misfit(MisfitKind.TABLE, _words(box), place)
        return
    is_kept = box.element is not None and box.style["break_inside"] in ("avoid", "avoid-page")
    if is_kept and box.element.tag != "p":  # a paragraph is kept whole where it can be, and runs on where it cannot
        yield box, Misfit(MisfitKind.BOX, _words(box), place)
    if isinstance(box, boxes.BlockContainerBox):
        edges = (box.content_box_x(), box.content_box_x() + box.width)
    for child in getattr(box, "children", ()):
        yield from _walk(child, area, edges, place)


def _sticks_out(box: Any, area: Any) -> bool:
    """Beyond the text block, but for what a style sheet lets it hang over on purpose: a margin below zero."""
    over = box.position_x + box.margin_width() - max(0, box.margin_right) - area.content_box_x() - area.width
    if box.style["direction"] == "rtl":
        over = area.content_box_x() - box.position_x - max(0, box.margin_left)
    return bool(over > SLACK_PX)


def _bottom(area: Any) -> float:
    return float(area.content_box_y() + area.height)


def _words(box: Any) -> str:
    """The first words in a box, or else what its picture shows."""
    inside = [box, *(box.descendants() if hasattr(box, "children") else ())]
    words = " ".join(each.text for each in inside if isinstance(each, boxes.TextBox))
    shown = (each.element.get("alt") or "" for each in inside if isinstance(each, boxes.ReplacedBox))
    return " ".join((words.strip() or next(shown, "")).split())[:SHOWN]
