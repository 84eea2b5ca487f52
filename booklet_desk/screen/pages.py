"""The pages: what was sent goes to the rooms that also serve the command line, and what they say is shown.

Nothing that somebody typed is put into an address, a session, a message of a fault or a log.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import click
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from booklet.manuscript import shipped
from booklet.order_codes import answer, recognise, spelling
from booklet_desk import call as calls
from booklet_desk import drafts, importing, ledger, numbers, postage, shelf, standing
from booklet_desk.call import Call
from booklet_desk.catalogue import Catalogue, read_catalogue, read_pages
from booklet_desk.database import place_of, telling
from booklet_desk.models import State
from booklet_desk.records import DeskError, Item, Order

_HERE = Path(__file__).parent
_FACE = "atkinson-hyperlegible-next-latin"
_ASSETS = {
    "style.css": "text/css",
    "draft.js": "text/javascript",
    f"{_FACE}-400-normal.woff2": "font/woff2",
    f"{_FACE}-700-normal.woff2": "font/woff2",
}
_FIRST = {calls.PLACE: "postcode", calls.NOTICE: "notice", calls.ADDRESS: "name", calls.CHECK: "safe"}
"""Where the keyboard begins in each step; what to send begins with the first title."""


def never_kept(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """No browser and nothing on the way keeps a page, but for style sheet, script and fonts."""

    def answered(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answered


def start(request: HttpRequest) -> HttpResponse:
    """A call that nobody has begun: the postcode. What is sent begins it."""
    if request.method == "POST":
        fields = calls.merged({}, {**request.POST.dict(), "step": calls.PLACE}, {})
        return redirect("call", drafts.begin(_operator(request), {**fields, "asked": calls.PLACE}))
    return _call_page(request, {}, None)


def call(request: HttpRequest, id: int) -> HttpResponse:
    """A call that was begun, as far as it has come. What is sent takes it a step on, and at the end makes the order."""
    try:
        draft = drafts.find(_operator(request), id)
    except DeskError as reason:
        return _message(request, str(reason), 404)
    if draft.order:
        return redirect("taken", draft.order)
    if request.method != "POST":
        return _call_page(request, draft.fields, draft)
    catalogue = _catalogue()
    fields = calls.merged(draft.fields, request.POST.dict(), catalogue.titles)
    fields, words = calls.with_code(fields, catalogue)
    fields = {**fields, "asked": request.POST.get("step", ""), "words": words}
    read = _read(fields, catalogue)
    if read.content and read.is_read_back and not _over_limit(read, catalogue):
        return redirect("taken", drafts.place(_operator(request), id, read.content, date.today(), read.rhythm))
    drafts.keep(_operator(request), id, {**fields, "safe": ""})
    return redirect("call", id)


@require_POST
def keep(request: HttpRequest, id: int) -> HttpResponse:
    """Keep what was typed while the page is still open."""
    revision = request.POST.get("revision", "")
    if revision.isdecimal() and len(revision) < 9:
        kept = drafts.find(_operator(request), id).fields
        fields = calls.merged(kept, request.POST.dict(), _catalogue().titles)
        drafts.keep(_operator(request), id, fields, int(revision))
    return HttpResponse(status=204)


@require_POST
def forget(request: HttpRequest, id: int) -> HttpResponse:
    """Drop a call that comes to nothing."""
    drafts.forget(_operator(request), id)
    return redirect("start")


@require_safe
def taken(request: HttpRequest, number: int) -> HttpResponse:
    """The number of a new order, to be said to the caller."""
    return render(request, "taken.html", {"order": _shown(_found(number))})


@require_safe
def order(request: HttpRequest, number: int) -> HttpResponse:
    """One order, with name and address."""
    shown = _shown(_found(number))
    history = [f"{at.astimezone():%Y-%m-%d %H:%M} {event}" for at, event in ledger.history(number)]
    return render(request, "order.html", {"order": shown, "history": history})


@require_POST
def repeat(request: HttpRequest, number: int) -> HttpResponse:
    """Begin a call with what an earlier order had."""
    found = _found(number)
    if found.content is None:
        return _message(request, "Name, address and content of this order are gone. Take a new one.", 409)
    return redirect("call", drafts.begin(_operator(request), calls.fields_of(found.content, _catalogue())))


@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Cancel an order that waits, where that was marked as meant."""
    if request.POST.get("sure") == "yes":
        try:
            ledger.cancel(number, date.today())
        except DeskError as reason:
            return _message(request, str(reason), 409)
    return redirect("order", number)


def find(request: HttpRequest) -> HttpResponse:
    """An order by its number, or by a name. The name is sent in the body, and opened orders are searched in memory."""
    said = request.POST.get("said", "").strip()[:200]
    if numbers.is_meant(said):
        try:
            return redirect("order", ledger.find(numbers.parse(said)).number)
        except DeskError as reason:
            return render(request, "find.html", {"problem": str(reason), "said": said})
    orders = [_shown(each) for each in ledger.search(said)] if said else None
    problem = "Type an order number or a name." if request.method == "POST" and not said else ""
    return render(request, "find.html", {"orders": orders, "said": said, "problem": problem})


def codes(request: HttpRequest) -> HttpResponse:
    """Whether the copy with this code, as it was heard, is the current one."""
    said = request.POST.get("said", "").strip()[:200]
    if not said:
        return render(request, "codes.html")
    is_current, lines = answer(said, _catalogue().entries)
    return render(request, "codes.html", {"said": said, "lines": lines, "is_current": is_current})


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Counts without names."""
    counts, catalogue = ledger.statistics(), _catalogue()
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
    catalogue = _catalogue()
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
    code = recognise(sent["code"], (entry.code for entry in catalogue.entries)).code
    entry = catalogue.entry(code) if code else None
    if entry is None:
        raise DeskError("No such code: type it as it stands on the cover.")
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
                return _message(request, str(reason), 404)
        return redirect("clinics")
    catalogue = _catalogue()
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


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """For a form that this desk has not sent, or has forgotten."""
    return _message(request, "This page was open for too long, or in another window. Go back and load it again.", 403)


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    """For who tried too many passwords."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return _message(request, f"Too many wrong passwords. Wait {minutes} minutes, then try again.", 429)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """For what no page of this desk sends."""
    return _message(request, "The desk cannot do this.", 400)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """For an address that leads nowhere."""
    return _message(request, "There is no such page or order.", 404)


def failed(request: HttpRequest) -> HttpResponse:
    """For what went wrong: a database's complaint in words, a mistake of our own by its place in the program, on
    standard error. Neither holds what somebody typed.
    """
    reason = sys.exc_info()[1]
    if isinstance(reason, (DatabaseError, OSError)):
        try:
            with telling():
                raise reason
        except DeskError as told:
            reason = told
    if isinstance(reason, DeskError):
        return _message(request, str(reason), 503)
    if reason is not None:
        click.echo(place_of(reason), err=True)
    return _message(
        request, "A mistake in the program. Nothing was changed. Its place is told where the desk runs.", 500
    )


@dataclass(frozen=True)
class Input:
    """A field of the screen: its words if it is wrong, and whether the keyboard begins there."""

    name: str
    value: str = field(repr=False)
    problem: str
    is_focus: bool
    label: str = ""

    @property
    def is_marked(self) -> bool:
        """True for a box with its mark."""
        return self.value == "yes"


def _call_page(request: HttpRequest, fields: Mapping[str, str], draft: drafts.Draft | None) -> HttpResponse:
    catalogue = _catalogue()
    read = _read(fields, catalogue)
    problems = _problems(read, catalogue)
    labels = {f"{calls.COPIES}{id}": title for id, title in catalogue.titles.items()}
    is_border = read.step == calls.PLACE and len(read.states) > 1
    first = "state" if is_border else _FIRST.get(read.step) or next(iter(labels))
    focus = next((name for name in problems if name != "limit"), first)
    names = (*labels, *(name for row in calls.FIELDS.values() for name in row))
    inputs = {
        name: Input(name, fields.get(name, ""), problems.get(name, ""), name == focus, labels.get(name, ""))
        for name in names
    }
    shown = {
        "call": read,
        "draft": draft,
        "steps": calls.STEPS[: calls.STEPS.index(read.step) + 1],
        "inputs": inputs,
        "titles": [inputs[name] for name in labels],
        "problems": problems,
        "words": fields.get("words", ""),
        "is_known": fields.get("repeats") == "yes",
        "size": fields.get("size") or calls.SIZES[0],
        "envelope": read.address.printed if read.address else (),
        "until": read.rhythm.until.isoformat() if read.rhythm else "",
        "read_back": calls.as_read(read.address) if read.address else "",
        "items": [(catalogue.words(item), spelling(item.code)) for item in read.items],
        "notice": Path(settings.DESK_NOTICE).read_text("utf-8").strip(),
        "begun": _begun(request) if draft is None else (),
        "boxes": _boxes(read.items) if read.is_clinic and read.step == calls.CHECK else None,
        "short": shelf.short(read.items, catalogue) if read.step == calls.CHECK else (),
    }
    return render(request, "call.html", shown)


def _problems(read: Call, catalogue: Catalogue) -> dict[str, str]:
    """Words for what is wrong in the step that was answered, in the order of the screen. A state is no fault where the
    page has not asked for it yet.
    """
    answered = read.fields.get("asked")
    asked = answered in calls.STEPS and calls.STEPS.index(answered) >= calls.STEPS.index(read.step)
    titles = [f"{calls.COPIES}{id}" for id in catalogue.titles] if read.step == calls.PACK else []
    names = (*titles, *calls.FIELDS[read.step])
    found = {name: read.problems[name] for name in names if asked and name in read.problems}
    if not read.fields.get("state"):
        found.pop("state", None)
    if read.step == calls.CHECK and (words := _over_limit(read, catalogue)):
        found["limit"] = words
    elif read.step == calls.CHECK and asked:
        found["safe"] = "Read the address back as it stands here, and mark that it is right."
    return found


def _over_limit(read: Call, catalogue: Catalogue) -> str:
    """A clinic may order as much again."""
    if read.address is None or read.is_clinic:
        return ""
    return calls.over_limit(read.items, ledger.copies_to(read.address), catalogue, read.most_copies)


def _read(fields: Mapping[str, str], catalogue: Catalogue) -> Call:
    limits = calls.Limits(settings.DESK_MOST_COPIES, settings.DESK_MOST_CLINIC)
    return calls.read_call(fields, catalogue, limits, date.today())


def _boxes(items: tuple[Item, ...]) -> int | None:
    pages = read_pages(Path(settings.DESK_DIST))
    return postage.boxes(items, postage.read_rates(Path(settings.DESK_HOME)), pages.get)


def _shown(order: Order) -> dict[str, Any]:
    """An order in words, for who asked for it."""
    catalogue, content = _catalogue(), order.content
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
        "boxes": _boxes(content.items) if content and content.is_clinic else None,
    }


def _begun(request: HttpRequest) -> list[tuple[int, str]]:
    """The calls of this operator that are neither orders nor forgotten, and when they were begun."""
    return [(draft.id, f"{draft.begun.astimezone():%H:%M}") for draft in drafts.begun(_operator(request))]


def _found(number: int) -> Order:
    try:
        return ledger.find(number)
    except DeskError:
        raise Http404 from None


def _operator(request: HttpRequest) -> int:
    return int(request.user.pk or 0)


def _catalogue() -> Catalogue:
    return read_catalogue(Path(settings.DESK_DIST))


def _message(request: HttpRequest, words: str, status: int) -> HttpResponse:
    """A page that asks nothing of the database, which may be what failed."""
    return render(request, "message.html", {"words": words}, status=status)
