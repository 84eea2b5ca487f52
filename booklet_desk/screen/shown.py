"""What several pages show, and of whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest

from booklet_desk import ledger, numbers, postage
from booklet_desk.catalogue import Catalogue, read_catalogue, read_pages
from booklet_desk.models import State
from booklet_desk.records import DeskError, Item, Order


def operator_of(request: HttpRequest) -> int:
    """Who is signed in."""
    return int(request.user.pk or 0)


def catalogue_now() -> Catalogue:
    """What can be ordered, as it was last built. Raises DeskError."""
    return read_catalogue(Path(settings.DESK_DIST))


def shown_order(order: Order, catalogue: Catalogue) -> dict[str, Any]:
    """An order in words, for who asked for it."""
    content = order.content
    return {
        "number": order.number,
        "written": numbers.write(order.number),
        "spelled": numbers.spelling(order.number),
        "day": order.day.isoformat(),
        "state": State(order.state).label,
        "closed": order.closed.isoformat() if order.closed else "",
        "batch": order.batch,
        "is_open": order.state == State.OPEN,
        "is_key_lost": order.is_key_lost,
        "envelope": content.address.printed if content else (),
        "pack": [catalogue.words(item) for item in content.items] if content else (),
        "is_free_post": content is not None and content.free_post,
        "boxes": boxes_of(content.items) if content and content.is_clinic else None,
    }


def found_order(number: int) -> Order:
    """An order by its number. Raises Http404."""
    try:
        return ledger.find(number)
    except DeskError:
        raise Http404 from None


def boxes_of(items: tuple[Item, ...]) -> int | None:
    """How many boxes they fill; None where the weight is not known."""
    pages = read_pages(Path(settings.DESK_DIST))
    return postage.boxes(items, postage.read_rates(Path(settings.DESK_HOME)), pages.get)
