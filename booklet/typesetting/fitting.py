"""What does not fit its page: found from the boxes of a finished layout, in CSS pixels, with the words to find it by.

An engine never refuses: a long word runs over the edge, a wide table off the page, and a box that may not be broken is
broken when no page can hold it. Each of these is a fault of the text, so it is told with the place of the element that
holds it: the attribute `data-line` of the nearest one that has it (`chapters/04-liver.md:42`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from weasyprint.formatting_structure import boxes

from booklet.typesetting.records import Misfit, MisfitKind

SLACK_PX = 0.5
"""Half a CSS pixel, an eighth of a millimetre: less than anybody sees, more than rounding does."""
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
