"""Ways to reach somebody as an edition prints them: what a link opens and says of itself, and which numbers it has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from booklet.manuscript import Service
from booklet.phones import EXTENSION, NO_BREAK, Phone, PhonePlan, Plans, parse_phone
from booklet.words import Words

Kind = Literal["phone", "sms", "textphone", "relay", "email", "chat"]
COLUMN_CHARACTERS = 14
"""Of a number in the column of numbers: 40 mm at 14.5 pt (styles/screen.css)."""
_SCHEME = re.compile(r"^https?://|/$")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Way:
    """A way to reach somebody: `text` as it is printed and `uri` as a link opens it.

    `uri` is empty where no link can: a textphone is dialled on a textphone, and a link would start a voice call.
    """

    kind: Kind
    text: str
    uri: str
    label: str = ""
    is_emergency: bool = False

    @property
    def is_short(self) -> bool:
        """True for a number that stands in the column beside the names."""
        return self.kind == "phone" and len(self.text) <= COLUMN_CHARACTERS

    def says(self, words: Words) -> str:
        """What a link of this kind says of itself."""
        if self.kind in ("email", "chat"):
            return words(f"link.{self.kind}", address=_SCHEME.sub("", self.text))
        number, _, extension = self.text.replace(NO_BREAK, " ").partition(EXTENSION.replace(NO_BREAK, " "))
        spoken = words("link.extension", number=number, extension=extension) if extension else number
        return words("link.message" if self.kind == "sms" else "link.phone", number=spoken)


def number_way(kind: Kind, phone: Phone, plan: PhonePlan, label: str = "") -> Way | None:
    """A number as the people of a plan ring it or write to it; None where they cannot."""
    seen = phone.seen_from(plan.region)
    if seen is None:
        return None
    uri = {"textphone": "", "sms": seen.uri.replace("tel:", "sms:", 1)}.get(kind, seen.uri)
    return Way(kind, seen.text, uri, label, seen.digits in plan.emergency)


def ways_of(service: Service, plan: PhonePlan) -> tuple[Way, ...]:
    """The ways to reach a service from the country of a plan, but for its site: to ring it first."""
    rows: list[Way | None] = []
    rows += [number_way("phone", way.number, plan, way.label or "") for way in service.phone]
    rows += [number_way("sms", way.number, plan, way.label or "") for way in service.sms]
    rows += [number_way("textphone", way.number, plan, way.label or "") for way in service.textphone]
    rows += [number_way("relay", way.number, plan, way.label or "") for way in service.relay]
    rows += [Way("email", way.address, f"mailto:{way.address}", way.label or "") for way in service.email]
    rows += [Way("chat", way.address, way.address, way.label or "") for way in service.chat]
    return tuple(way for way in rows if way)


@dataclass(frozen=True, eq=False)
class Numbers:
    """The numbers that an edition may show, each by its `number_key`, what the links of all ways say of themselves by
    what they open, and how numbers look in its countries.
    """

    plans: Plans
    by_key: Mapping[str, Way]
    linked: Mapping[str, str]


def numbers_of(ways: Iterable[Way], plans: Plans, words: Words) -> Numbers:
    """The numbers of an edition among its ways: one that answers calls is one to ring, whatever else it does. The
    emergency number belongs to every edition.
    """
    plan = plans[0]
    emergency = (number_way("phone", parse_phone(number, plan), plan) for number in plan.emergency)
    every = [way for way in (*emergency, *ways) if way]
    found: dict[str, Way] = {}
    for way in sorted(every, key=lambda way: way.kind not in ("phone", "relay")):
        if way.kind not in ("email", "chat"):
            key = number_key(way.text)
            found.setdefault(key, way)
            found.setdefault(key.partition("x")[0], way)
    return Numbers(plans, found, {way.uri: way.says(words) for way in every if way.uri})


def number_key(written: str) -> str:
    """The digits of a number, and of its extension behind an x."""
    number, _, extension = written.partition("ext")
    return "x".join(filter(None, ("".join(_DIGITS.findall(number)), "".join(_DIGITS.findall(extension)))))
