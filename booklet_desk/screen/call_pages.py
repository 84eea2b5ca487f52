"""The screen that follows a call. It is drawn from what was kept of the call, whoever sends what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from booklet_desk import call as calls
from booklet_desk import drafts, ledger, shelf
from booklet_desk.call import Call
from booklet_desk.catalogue import Catalogue
from booklet_desk.records import DeskError
from booklet_desk.screen.faults import message
from booklet_desk.screen.shown import boxes_of, catalogue_now, found_order, operator_of, shown_order

_FIRST = {calls.PLACE: "postcode", calls.NOTICE: "notice", calls.ADDRESS: "name", calls.CHECK: "safe"}
"""Where the keyboard begins in each step; what to send begins with the first title."""


def start(request: HttpRequest) -> HttpResponse:
    """A call that nobody has begun: the postcode. What is sent begins it."""
    if request.method == "POST":
        fields = calls.merged({}, {**request.POST.dict(), "step": calls.PLACE}, {})
        return redirect("call", drafts.begin(operator_of(request), {**fields, "asked": calls.PLACE}))
    return _call_page(request, {}, None)


def call(request: HttpRequest, id: int) -> HttpResponse:
    """A call that was begun, as far as it has come. What is sent takes it a step on, and at the end makes the order."""
    try:
        draft = drafts.find(operator_of(request), id)
    except DeskError as reason:
        return message(request, str(reason), 404)
    if draft.order:
        return redirect("taken", draft.order)
    if request.method != "POST":
        return _call_page(request, draft.fields, draft)
    catalogue = catalogue_now()
    fields = calls.merged(draft.fields, request.POST.dict(), catalogue.titles)
    fields, words = calls.with_code(fields, catalogue)
    fields = {**fields, "asked": request.POST.get("step", ""), "words": words}
    read = _read(fields, catalogue)
    if read.content and read.is_read_back:
        # Between this look and the order no other desk takes one of the same caller.
        with ledger.exclusive():
            if not _over_limit(read, catalogue):
                number = drafts.place(operator_of(request), id, read.content, date.today(), read.rhythm)
                return redirect("taken", number)
    drafts.keep(operator_of(request), id, {**fields, "safe": ""})
    return redirect("call", id)


@require_POST
def keep(request: HttpRequest, id: int) -> HttpResponse:
    """Keep what was typed while the page is still open."""
    revision = request.POST.get("revision", "")
    if revision.isdecimal() and len(revision) < 9:
        kept = drafts.find(operator_of(request), id).fields
        fields = calls.merged(kept, request.POST.dict(), catalogue_now().titles)
        drafts.keep(operator_of(request), id, fields, int(revision))
    return HttpResponse(status=204)


@require_POST
def forget(request: HttpRequest, id: int) -> HttpResponse:
    """Drop a call that comes to nothing."""
    drafts.forget(operator_of(request), id)
    return redirect("start")


@require_safe
def taken(request: HttpRequest, number: int) -> HttpResponse:
    """The number of a new order, to be said to the caller."""
    return render(request, "taken.html", {"order": shown_order(found_order(number), catalogue_now())})


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
    catalogue = catalogue_now()
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
        "items": [catalogue.words(item) for item in read.items],
        "notice": Path(settings.DESK_NOTICE).read_text("utf-8").strip(),
        "begun": _begun(request) if draft is None else (),
        "boxes": boxes_of(read.items) if read.is_clinic and read.step == calls.CHECK else None,
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


def _begun(request: HttpRequest) -> list[tuple[int, str]]:
    """The calls of this operator that are neither orders nor forgotten, and when they were begun."""
    rows = [(draft.id, draft.begun.astimezone()) for draft in drafts.begun(operator_of(request))]
    return [(id, f"{at:%H:%M}" if at.date() == date.today() else f"{at:%Y-%m-%d %H:%M}") for id, at in rows]
