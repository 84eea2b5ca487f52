"""The other pages: what was sent goes to the rooms that also serve the command line, and what they say is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from booklet.findings import BookletError
from booklet.manuscript import shipped
from booklet.order_codes import answer, answer_issue
from booklet_desk import call as calls
from booklet_desk import drafts, importing, ledger, numbers, packing, shelf, standing
from booklet_desk.catalogue import Catalogue
from booklet_desk.models import State
from booklet_desk.pack import older
from booklet_desk.records import DeskError, Item
from booklet_desk.screen.faults import message
from booklet_desk.screen.shown import catalogue_now, found_order, operator_of, shown_order

_ISSUE = re.compile(r"\d{4}\.\d{1,3}")
_HERE = Path(__file__).parent
_FACE = "atkinson-hyperlegible-next-latin"
_ASSETS = {
    "style.css": "text/css",
    "draft.js": "text/javascript",
    f"{_FACE}-400-normal.woff2": "font/woff2",
    f"{_FACE}-700-normal.woff2": "font/woff2",
}


@require_safe
def order(request: HttpRequest, number: int) -> HttpResponse:
    """One order, with name and address."""
    shown = shown_order(found_order(number), catalogue_now())
    history = [f"{at.astimezone():%Y-%m-%d %H:%M} {event}" for at, event in ledger.history(number)]
    return render(request, "order.html", {"order": shown, "history": history})


@require_POST
def repeat(request: HttpRequest, number: int) -> HttpResponse:
    """Begin a call with what an earlier order had."""
    found = found_order(number)
    if found.content is None:
        return message(request, "Name, address and content of this order are gone. Take a new one.", 409)
    return redirect("call", drafts.begin(operator_of(request), calls.fields_of(found.content, catalogue_now())))


@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Cancel an order that waits, where that was marked as meant."""
    if request.POST.get("sure") == "yes":
        try:
            ledger.cancel(number, date.today())
        except DeskError as reason:
            return message(request, str(reason), 409)
    return redirect("order", number)


@require_POST
def pack(request: HttpRequest, number: int) -> HttpResponse:
    """The booklets of an order as one file, to print where the browser is. No name is in it."""
    dist = Path(settings.DESK_DIST)
    format = request.POST.get("format", "")
    try:
        chosen = format if format in packing.FORMATS else packing.FORMATS[0]
        made = packing.make_pack(found_order(number), chosen, catalogue_now(), dist, partial(older, Path(), dist))
    except BookletError as reason:
        return message(request, str(reason), 409)
    headers = {"Content-Disposition": f'attachment; filename="{made.name}.zip"'}
    return HttpResponse(packing.as_zip(made), content_type="application/zip", headers=headers)


def find(request: HttpRequest) -> HttpResponse:
    """An order by its number, or by a name. The name is sent in the body, and opened orders are searched in memory."""
    said = request.POST.get("said", "").strip()[:200]
    if numbers.is_meant(said):
        try:
            return redirect("order", ledger.find(numbers.parse(said)).number)
        except DeskError as reason:
            return render(request, "find.html", {"problem": str(reason), "said": said})
    catalogue = catalogue_now()
    orders = [shown_order(each, catalogue) for each in ledger.search(said)] if said else None
    problem = "Type an order number or a name." if request.method == "POST" and not said else ""
    return render(request, "find.html", {"orders": orders, "said": said, "problem": problem})


def codes(request: HttpRequest) -> HttpResponse:
    """Whether the copy with this code, as it was heard, or of this issue, is the current one."""
    said = request.POST.get("said", "").strip()[:200]
    if not said:
        return render(request, "codes.html")
    told = answer_issue if _ISSUE.fullmatch(said) else answer
    is_current, lines = told(said, catalogue_now().entries)
    return render(request, "codes.html", {"said": said, "lines": lines, "is_current": is_current})


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Counts without names."""
    counts, catalogue = ledger.statistics(), catalogue_now()
    words = {
        title: [catalogue.words(Item(code, copies)) for code, copies in row.items()]
        for title, row in (("Copies that wait to be posted", counts.to_send), ("Copies posted so far", counts.posted))
    }
    shown = {
        "taken": counts.by_day.get(date.today(), 0),
        "by_state": [(State(state).label, count) for state, count in counts.by_state.items()],
        "by_day": [(day.isoformat(), count) for day, count in counts.by_day.items()],
        "copies": words,
        "due": ledger.due(date.today()),
        "unreadable": counts.unreadable,
        "unwritten": ledger.unwritten(),
    }
    return render(request, "today.html", shown)


def stock(request: HttpRequest) -> HttpResponse:
    """What lies on the shelf. What is sent is a count of one code."""
    catalogue = catalogue_now()
    sent = {name: request.POST.get(name, "").strip()[:200] for name in ("code", "issue", "copies", "low")}
    problem = ""
    if request.method == "POST":
        try:
            _count(sent, catalogue)
            return redirect("shelf")
        except (DeskError, importing.ItemError) as reason:
            problem = str(reason)
    piles = shelf.piles(catalogue, ledger.statistics().to_send)
    return render(request, "shelf.html", {"piles": piles, "sent": sent, "problem": problem})


def _count(sent: Mapping[str, str], catalogue: Catalogue) -> None:
    """Write down a count; the issue is the current one where none is said. Raises DeskError, ItemError."""
    entry = shelf.find(sent["code"], catalogue)
    copies, low = (
        0 if sent[name] in ("", "0") else importing.read_copies(sent[name], shelf.MOST_COPIES)
        for name in ("copies", "low")
    )
    shelf.count(entry.code, sent["issue"] or entry.issue, copies, low, catalogue)


def clinics(request: HttpRequest) -> HttpResponse:
    """The standing orders. What is sent ends one, where that was marked as meant."""
    if request.method == "POST":
        id = request.POST.get("id", "")
        if request.POST.get("sure") == "yes" and id.isdecimal() and len(id) < 19:
            try:
                standing.end(int(id))
            except DeskError as reason:
                return message(request, str(reason), 404)
        return redirect("clinics")
    catalogue = catalogue_now()
    rows = [
        {
            "id": row.id,
            "next": row.next.isoformat(),
            "every_weeks": row.rhythm.every_weeks,
            "until": row.rhythm.until.isoformat(),
            "envelope": row.content.address.printed if row.content else (),
            "pack": [catalogue.words(item) for item in row.content.items] if row.content else (),
        }
        for row in standing.listed()
    ]
    return render(request, "clinics.html", {"rows": rows})


@require_safe
@login_not_required
def asset(request: HttpRequest, name: str) -> HttpResponse:
    """The style sheet, the script, and the faces of the booklet's own letters."""
    if name not in _ASSETS:
        raise Http404
    path = shipped("fonts") / name if name.endswith(".woff2") else _HERE / name
    headers = {"Cache-Control": "max-age=3600"}
    return HttpResponse(path.read_bytes(), content_type=_ASSETS[name], headers=headers)
