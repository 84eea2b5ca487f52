"""A call, from the fields of the screen: how far it has come, what is wrong, and the order that it makes.

The steps stand in the order of the script (STANDARDS, PR6): postcode, what to send, the notice, name and address, the
address read back. A step is asked once those before it are settled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256

from booklet.order_codes import recognise
from booklet_desk import importing
from booklet_desk.addresses import AddressError, clean, read_address, read_postcode, settle_state
from booklet_desk.catalogue import Catalogue
from booklet_desk.postcodes import states_of
from booklet_desk.records import Address, Content, Item, Rhythm

PLACE, PACK, NOTICE, ADDRESS, CHECK = STEPS = ("place", "pack", "notice", "address", "check")
SIZES = ("standard", "large-print")
COPIES = "copies-"
"""Before the id of a title: the field that holds how many copies of it go out."""
FIELDS = {
    PLACE: ("postcode", "state", "clinic"),
    PACK: ("edition", "size", "code", "every_weeks", "until"),
    NOTICE: ("notice",),
    ADDRESS: ("name", "line_1", "line_2", "line_3", "locality"),
    CHECK: ("safe", "free_post", "read_back"),
}
"""What each step asks, besides the copies of each title."""
MOST_WEEKS = 52
MOST_DAYS = 2 * 366
"""So far ahead a standing order may end: somebody should ask a clinic now and then what it still needs."""
_NOT_AGREED = "Read the notice, and mark that the caller agrees. If not, forget the call."
_LONGEST = 1000
"""Characters of a field that are kept. What is longer than an address may be is told, not cut without a word."""
_FIELD_OF = {"address": "line_1", "address line 1": "line_1", "address line 2": "line_2", "suburb": "locality"}
_FIELD_OF |= {"address line 3": "line_3", "name": "name", "state": "state", "postcode": "postcode"}


@dataclass(frozen=True)
class Limits:
    """The copies of a title that go out in one order: to a caller, and to a clinic."""

    caller: int
    clinic: int


@dataclass(frozen=True)
class Call:
    """A call as it stands. `problems` has words for each field that is wrong, whether or not it was asked already."""

    fields: Mapping[str, str] = field(repr=False)
    step: str
    states: tuple[str, ...]
    state: str
    editions: tuple[str, ...]
    edition: str
    items: tuple[Item, ...] = field(repr=False)
    address: Address | None = field(repr=False)
    rhythm: Rhythm | None
    most_copies: int
    problems: Mapping[str, str] = field(repr=False)

    @property
    def is_clinic(self) -> bool:
        """True for a clinic or another service, which orders more and again."""
        return self.fields.get("clinic") == "yes"

    @property
    def is_read_back(self) -> bool:
        """True where the caller has confirmed the very address, and that it is safe to post there."""
        agreed = self.fields.get("safe") == "yes"
        return agreed and self.address is not None and self.fields.get("read_back") == as_read(self.address)

    @property
    def content(self) -> Content | None:
        """The order, once there is nothing left to ask but whether it is right."""
        if self.step != CHECK or self.address is None:
            return None
        is_free = self.fields.get("free_post") == "yes"
        return Content(self.address, self.items, is_free, is_clinic=self.is_clinic)


def read_call(fields: Mapping[str, str], catalogue: Catalogue, limits: Limits, today: date) -> Call:
    """The call of these fields."""
    postcode = read_postcode(fields.get("postcode", ""))
    states = states_of(postcode)
    chosen = fields.get("state", "")
    state, fault = settle_state(postcode, chosen if chosen in states else "")
    editions = tuple(sorted({entry.edition for entry in catalogue.entries if entry.is_current}))
    edition = next((each for each in (fields.get("edition", ""), state) if each in editions), "")
    most = limits.clinic if fields.get("clinic") == "yes" else limits.caller
    items, wrong_items = _items(fields, edition, catalogue, most)
    rhythm, wrong_rhythm = _rhythm(fields, today)
    address, wrong_lines = _address({**fields, "postcode": postcode, "state": state}) if state else (None, {})
    problems = {**wrong_lines, **wrong_items, **wrong_rhythm, "notice": _NOT_AGREED}
    if fault:
        problems[fault.partition(":")[0]] = _said(fault)
    is_pack = bool(items) and not wrong_rhythm
    step = _step(bool(state), is_pack, fields.get("notice") == "yes", address is not None)
    return Call(fields, step, states, state, editions, edition, items, address, rhythm, most, problems)


def merged(kept: Mapping[str, str], sent: Mapping[str, str], titles: Mapping[str, str]) -> dict[str, str]:
    """What was kept, with what a page sent of the steps that it showed; a box without its mark is not sent at all."""
    shown = STEPS[: STEPS.index(sent["step"]) + 1] if sent.get("step") in STEPS else STEPS[:1]
    names = [name for step in shown for name in FIELDS[step]]
    names += [f"{COPIES}{id}" for id in titles] if PACK in shown else []
    return {**kept, **{name: sent.get(name, "")[:_LONGEST] for name in names}}


def with_code(fields: Mapping[str, str], catalogue: Catalogue) -> tuple[dict[str, str], str]:
    """The fields with what a spoken order code stands for, and words about it: what it is, or why it is none."""
    said = fields.get("code", "")
    if not said.strip():
        return dict(fields), ""
    found = recognise(said, (entry.code for entry in catalogue.entries))
    code = catalogue.today(found.code) if found.code else None
    entry = catalogue.entry(code) if code else None
    if entry is None:
        if len(found.candidates) > 1:
            return dict(fields), f"This can be {' or '.join(found.candidates)}. Ask for the code again, word by word."
        return dict(fields), "No such code is printed now. Ask for it again, word by word."
    name = f"{COPIES}{entry.publication}"
    taken = {name: fields.get(name) or "1", "size": entry.size, "edition": entry.edition, "code": ""}
    words = f"{entry.code} is {entry}."
    return {**fields, **taken}, f"{words} Put right: {found.correction}." if found.correction else words


def fields_of(content: Content, catalogue: Catalogue) -> dict[str, str]:
    """The fields of an order that is repeated. It was read the notice; whether the address is right is asked again."""
    address = content.address
    lines = {f"line_{number}": line for number, line in enumerate(address.lines, 1)}
    entries = {item: entry for item in content.items if (entry := catalogue.entry(item.code))}
    copies = {f"{COPIES}{entry.publication}": str(item.copies) for item, entry in entries.items()}
    first = next(iter(entries.values()), None)
    return {
        "postcode": address.postcode, "state": address.state, "name": address.name, "locality": address.locality,
        "edition": first.edition if first else "", "size": first.size if first else "", **copies, **lines,
        "free_post": "yes" if content.free_post else "", "notice": "yes", "repeats": "yes",
        "clinic": "yes" if content.is_clinic else "",
    }  # fmt: skip


def over_limit(items: Iterable[Item], sent: Mapping[str, int], catalogue: Catalogue, most: int) -> str:
    """Words where somebody would have more copies of a title than one order may hold, with those that were `sent` (by
    code) in the last weeks; else none.
    """
    titles = catalogue.titles
    had = dict.fromkeys(titles, 0)
    for code, copies in sent.items():
        entry = catalogue.entry(code)
        if entry and entry.publication in had:
            had[entry.publication] += copies
    for item in items:
        entry = catalogue.entry(item.code)
        if entry and had.get(entry.publication, 0) + item.copies > most:
            return (
                f"{titles[entry.publication]}: this name and address had {had[entry.publication]} of {most} copies in "
                f"the last weeks, so {max(0, most - had[entry.publication])} can still go out."
            )
    return ""


def may_end(last: date, today: date) -> bool:
    """True for a day on which a standing order may end."""
    return today < last <= today + timedelta(days=MOST_DAYS)


def as_read(address: Address) -> str:
    """By what the page that was read aloud knows the address again: another one has to be read back anew."""
    return sha256("\n".join(address.printed).encode()).hexdigest()


def _items(
    fields: Mapping[str, str], edition: str, catalogue: Catalogue, most: int
) -> tuple[tuple[Item, ...], dict[str, str]]:
    """What goes out, and words for each field that is wrong; where there are any, nothing does."""
    size = fields.get("size") or SIZES[0]
    written = {id: clean(fields.get(f"{COPIES}{id}", "")) for id in catalogue.titles}
    chosen = {id: copies for id, copies in written.items() if copies not in ("", "0")}
    items: list[Item] = []
    faults: dict[str, str] = {}
    for id, copies in chosen.items():
        code = catalogue.find(id, edition, size)
        try:
            items.append(Item(code or "", importing.read_copies(copies, most)))
        except importing.ItemError as reason:
            faults[f"{COPIES}{id}"] = _said(str(reason))
        if edition and code is None:
            faults[f"{COPIES}{id}"] = f"There is none for {edition} in this size."
    if not edition:
        faults["edition"] = "Choose the edition: there is none of that state's own."
    if not chosen:
        faults[f"{COPIES}{next(iter(written))}"] = "Nothing is chosen. Type 1 beside what should go out."
    if fields.get("code", "").strip():
        faults["code"] = with_code(fields, catalogue)[1]
    return () if faults else tuple(items), faults


def _address(fields: Mapping[str, str]) -> tuple[Address | None, dict[str, str]]:
    try:
        return read_address(fields), {}
    except AddressError as reason:
        faults: dict[str, str] = {}
        for clause in reason.reasons:
            faults.setdefault(_FIELD_OF.get(clause.partition(":")[0], "line_1"), _said(clause))
        return None, faults


def _rhythm(fields: Mapping[str, str], today: date) -> tuple[Rhythm | None, dict[str, str]]:
    """How often a clinic's order comes again: not at all where neither field has anything."""
    weeks, until = (fields.get(name, "").strip() for name in ("every_weeks", "until"))
    if fields.get("clinic") != "yes" or not (weeks or until):
        return None, {}
    if not (re.fullmatch(r"[0-9]{1,3}", weeks) and 1 <= int(weeks) <= MOST_WEEKS):
        return None, {"every_weeks": f"A whole number from 1 to {MOST_WEEKS} is wanted, or nothing in both fields."}
    try:
        last = date.fromisoformat(until)
    except ValueError:
        return None, {"until": f"A day such as {today + timedelta(weeks=26)} is wanted."}
    if not may_end(last, today):
        return None, {"until": f"A day after today is wanted, and at most {MOST_DAYS // 366} years ahead."}
    return Rhythm(int(weeks), last), {}


def _step(*are_settled: bool) -> str:
    """The first step that is not settled."""
    return next((step for step, is_settled in zip(STEPS, are_settled, strict=False) if not is_settled), CHECK)


def _said(clause: str) -> str:
    """A clause such as 'postcode: empty' as a sentence beside its field."""
    words = clause.partition(": ")[2] or clause
    return f"{words[:1].upper()}{words[1:]}."
