"""Structure elements with their text, and how text that stands in one another is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

INLINE = frozenset({"Span", "Link", "Reference", "Em", "Strong", "Quote", "Code", "NonStruct", "Sub"})
SAID_BY_ALT = frozenset({"Span", "Formula"})
"""What is drawn rather than written, so that its words for people are said. A figure is announced as well."""


@dataclass(frozen=True)
class Element:
    """One structure element: its standard role, what is said of it, and its kids in order, elements or text.

    `actual` stands for all that is in it, also when it is empty; `language` is set where it is another than around it,
    `level` for headings. `target` is what its link annotation says of itself, `fields` what its form fields are;
    `headers` are the ids of the head cells that a cell names, and `attributes` has `Scope`, `ListNumbering` and so on.
    `page` is that on which it begins, from 0 (-1: none).
    """

    role: str
    kids: tuple[Element | str, ...]
    alt: str = ""
    actual: str | None = None
    expansion: str = ""
    language: str = ""
    level: int = 0
    target: str = ""
    fields: tuple[str, ...] = ()
    id: str = ""
    headers: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    page: int = -1

    @property
    def elements(self) -> tuple[Element, ...]:
        """The kids that are elements."""
        return tuple(kid for kid in self.kids if isinstance(kid, Element))

    def walk(self) -> Iterator[Element]:
        """This element and all under it, in order."""
        yield self
        for kid in self.elements:
            yield from kid.walk()

    def text(self) -> str:
        """All that is heard in it, white space made single; no-break spaces stay."""
        return squeezed(self._text())

    @property
    def replacement(self) -> str | None:
        """What is said in place of its kids; None where they are said themselves (ISO 32000-1, 14.9)."""
        if self.actual is not None:
            return self.actual
        return self.expansion or (self.alt if self.role in SAID_BY_ALT else "") or None

    def attribute(self, name: str) -> str:
        """The value of an attribute; empty where it has none."""
        return next((value for key, value in self.attributes if key == name), "")

    def _text(self) -> str:
        if self.replacement is not None:
            return self.replacement
        words = "".join(kid if isinstance(kid, str) else kid.spoken() for kid in self.kids)
        return words + "".join(f" {field} " for field in self.fields)

    def spoken(self) -> str:
        """Its text as a part of what surrounds it: apart when it is a block or a label or has fields."""
        words = self.alt if self.role == "Figure" and self.alt else self._text()
        if self.language:
            words = f"language {self.language}, {words}, end of language"
        return words if self.role in INLINE and not self.fields else f" {words} "


def squeezed(words: str) -> str:
    """White space made single; no-break spaces stay, soft hyphens are not heard."""
    return re.sub(r"[ \t\r\n]+", " ", words.replace("\u00ad", "")).strip(" ")
