"""What only shows when all editions are seen side by side: something of one state in the edition of another, conditions
that no edition meets, services that none prints.

Numbers of other states are found where all numbers are looked for (`printed`). Here it is the names and web addresses
of their services, and order codes. That a text speaks of another state is no fault: people move, and laws differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html import unescape

from booklet.composing.sandbox import conditions, conditions_met
from booklet.composing.views import MAIN, EditionContext, publication, services_of, titles_of, website
from booklet.findings import Finding, Place, error, warning
from booklet.manuscript import Chapter, Edition, Manuscript, Service, StandingPage
from booklet.today import Today

_TAG = re.compile(r"<[^>]*>")
_CITED = re.compile(r'<p class="attribution">.*?</p>', re.DOTALL)
"""Where a voice was told: a source, whoever published it, is no offer of help."""
_OWN_LINE = re.compile(r'\sdata-line="([^"]*)"')
_PLAIN = str.maketrans({"\u00a0": " ", "\u2019": "'"})
_SHORTEST = 6
"""A name of fewer letters may be any word."""


def foreign_words(manuscript: Manuscript, edition: Edition) -> dict[str, str]:
    """What may not be printed in an edition, and whose it is: names and web addresses of services that do not serve
    there, and order codes of other editions. What stands inside a name or address that prints here is left out.
    """
    own = [words for service in services_of(manuscript, edition) for words in _known_by(service)]
    found = {
        words: f"'{service.name}' ({', '.join(service.states)})"
        for service in manuscript.services
        if not service.serves(edition.code)
        for words in _known_by(service)
        if len(words) >= _SHORTEST and not any(words in each for each in own)
    }
    here = set(edition.codes.values())
    here |= {code for insert in manuscript.inserts for code in _codes_of(insert.head.order_codes, edition.code)}
    codes = {code: other.code for other in manuscript.editions for code in other.codes.values()}
    codes |= {
        code: state
        for insert in manuscript.inserts
        for state in insert.head.order_codes
        for code in _codes_of(insert.head.order_codes, state)
    }
    return found | {code: f"the edition for {state}" for code, state in codes.items() if code not in here}


def _codes_of(codes: Mapping[str, object], state: str) -> tuple[str, ...]:
    return getattr(codes.get(state), "every", ())


def _known_by(service: Service) -> tuple[str, ...]:
    """What a service is known by in print, beside its number."""
    return (service.name, *(website(page.address) for page in service.url))


def foreign_faults(html: str, file: str, foreign: Mapping[str, str], edition: str) -> Iterator[Finding]:
    """What stands on a page and belongs to another edition, each at its line."""
    for words, place in _standing(html, _one(tuple(foreign))):
        found = f"'{words}' of {foreign[words]} stands in the edition for {edition}."
        yield error("SRC-063", Place.parse(place) or Place(file), found, "What this edition's readers can use.")


@lru_cache(maxsize=256)
def _one(words: tuple[str, ...]) -> tuple[str, ...]:
    """Equal words as one object: what is remembered by them would else keep each anew."""
    return words


@lru_cache(maxsize=4096)
def _standing(html: str, wanted: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Which of some words stand on a page as words of their own, and the place that the nearest element names."""
    html = _CITED.sub("", html)
    whole = _plain(html)
    present = [words for words in wanted if words in whole]
    if not present:
        return ()
    starts = [0, *(line.start() for line in _OWN_LINE.finditer(html))]
    found = []
    for start, stop in zip(starts, [*starts[1:], len(html)], strict=True):
        piece = _plain(html[html.rfind("<", 0, start) if start else 0 : stop])
        line = _OWN_LINE.match(html, start)
        found += [
            (words, unescape(line[1]) if line else "")
            for words in present
            if re.search(rf"(?<!\w){re.escape(words)}(?!\w)", piece)
        ]
    return tuple(dict.fromkeys(found))


def _plain(html: str) -> str:
    return unescape(_TAG.sub("", html)).translate(_PLAIN)


def compared(manuscript: Manuscript, today: Today) -> list[Finding]:
    """Warnings about conditions that no edition meets, entries that none prints, and entries that name another state
    than those that they serve.
    """
    return [*_unmet(manuscript, today), *_unprinted(manuscript), *_of_another_state(manuscript)]


def _unmet(manuscript: Manuscript, today: Today) -> Iterator[Finding]:
    pages = [*manuscript.pages.values(), *manuscript.planned]
    texts: list[tuple[Chapter | StandingPage, tuple[str, ...]]]
    texts = [(chapter, (MAIN,)) for chapter in manuscript.chapters]
    texts += [(chapter, (insert.id,)) for insert in manuscript.inserts for chapter in insert.chapters]
    texts += [(page, titles_of(manuscript)) for page in pages]
    for text, titles in texts:
        asked = conditions(text.body, text.origin.file)
        if not asked or not manuscript.editions:
            continue
        met: set[int] = set()
        for edition in manuscript.editions:
            for title in titles:
                context = _context(manuscript, edition, title, today)
                met |= conditions_met(text.body, text.origin.file, context.names)
        for index, line in enumerate(asked):
            if index not in met:
                place = Place(text.origin.file, line)
                expected = "A condition that some edition meets, or the text without it."
                yield warning("SRC-061", place, "No edition meets this condition.", expected)


def _context(manuscript: Manuscript, edition: Edition, title: str, today: Today) -> EditionContext:
    return EditionContext(manuscript, edition, publication(manuscript, edition, title), today)


def _unprinted(manuscript: Manuscript) -> Iterator[Finding]:
    """Entries that no edition prints, but for those to be confirmed, which are told of as such. A project without any
    edition is told that alone.
    """
    if not manuscript.editions:
        return
    printed = {service.id for edition in manuscript.editions for service in services_of(manuscript, edition)}
    for service in manuscript.services:
        if service.id in printed or (service.verified and not service.prints):
            continue
        why = f"it serves {', '.join(service.states)}" if service.verified else "verified is false"
        found = f"No edition prints '{service.name}' ({service.id}): {why}."
        yield warning("SRC-062", service.origin, found, "An edition that it serves, somebody to see it, or no entry.")


def _of_another_state(manuscript: Manuscript) -> Iterator[Finding]:
    """Entries for some states whose words name another."""
    clock = manuscript.book.clock.words if manuscript.book.clock else ""
    regions = {code: row.name for country in manuscript.countries.values() for code, row in country.regions.items()}
    for service in manuscript.services:
        if "ALL" in service.states or not service.prints:
            continue
        hours = service.hours if isinstance(service.hours, str) else ""
        told = (service.name, service.place, hours, service.cost, service.description)
        words = " ".join(filter(None, told)).replace(clock, "")
        for state, name in regions.items():
            if not service.serves(state) and (
                hit := re.search(rf"(?<![\w-])(?:{re.escape(name)}|{state})(?![\w-])", words)
            ):
                found = f"'{service.name}' serves {', '.join(service.states)}, and its entry says '{hit[0]}'."
                yield warning("SRC-063", service.origin, found, "Words of the states that it serves, or those states.")
