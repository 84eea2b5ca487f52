"""The panels of clinics' own copies, as one document: a page for each panel of each clinic, to be laid over the slots
of an edition's covers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from booklet.composing.across import foreign_faults, foreign_words
from booklet.composing.edition import page_html
from booklet.composing.faces import Faces
from booklet.composing.markdown import image_faults
from booklet.composing.parts import Part
from booklet.composing.printed import drawing_faults, text_faults
from booklet.composing.views import EditionContext, publication
from booklet.composing.ways import Way, number_way
from booklet.findings import Finding, Place, error, warning
from booklet.manuscript import Edition, Imprint, Manuscript
from booklet.phones import Phone
from booklet.today import Today
from booklet.words import Words

LATIN = "".join(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0xAD), *range(0xAE, 0x100))))
SPECIMEN = f"{LATIN}\u2013\u2014\u2018\u2019\u201c\u201d\u2026"
"""The characters of which most names and addresses are made. Files of imprints have all of them, so that their fonts
are cut down once and not for each clinic."""


@dataclass(frozen=True)
class PanelArea:
    """Where a panel stands: its margins from the edges of the page and its height, as CSS writes them."""

    margins: str
    height: str


@dataclass(frozen=True)
class PanelWords:
    """What the panels of a clinic print. `place` is its row, `phones` what its links say of themselves."""

    id: str
    place: Place
    name: str
    address: str
    phone: Way | None
    sms: Way | None
    hours: str
    languages: str
    logo: str

    def phones(self, words: Words) -> dict[str, str]:
        """What each link that dials says of itself, by what it opens."""
        return {way.uri: way.says(words) for way in (self.phone, self.sms) if way}


def panel_words(imprint: Imprint, manuscript: Manuscript, edition: Edition) -> PanelWords:
    """What a row of clinics comes to in print."""
    plan = manuscript.plans(edition)[0]

    def way(kind: str, phone: Phone | None) -> Way | None:
        return number_way("sms" if kind == "sms" else "phone", phone, plan) if phone else None

    return PanelWords(
        id=imprint.id,
        place=imprint.origin,
        name=imprint.name,
        address=imprint.address or "",
        phone=way("phone", imprint.phone),
        sms=way("sms", imprint.sms),
        hours=imprint.hours or "",
        languages=imprint.languages or "",
        logo=imprint.logo or "",
    )


def specimen() -> PanelWords:
    """A clinic that is none: all characters that most clinics need, in the weights that panels have."""
    return PanelWords("specimen", Place(""), SPECIMEN, SPECIMEN, None, None, SPECIMEN, SPECIMEN, "")


def panels(
    rows: Sequence[PanelWords], areas: Mapping[str, PanelArea], words: Words, faces: Faces, large_print: bool
) -> Part:
    """A page for each panel of each row, in the order of the areas: `front`, `inside` and `back`, as far as the edition
    has these.
    """
    own = faces.of_language(words.said)
    places = [(name, area.margins, area.height) for name, area in areas.items()]
    names = {"title": "", "kind": "imprints", "face": own.page, "rows": rows, "names": list(areas), "areas": places}
    html = page_html("imprints", words, own, {**names, "large_print": large_print})
    assets = tuple(dict.fromkeys(row.logo for row in rows if row.logo))
    return Part("imprints", "", "imprints", html, assets, rows[0].place.file)


def imprint_faults(
    imprints: Iterable[Imprint], manuscript: Manuscript, project: Path, today: Today, faces: Faces
) -> Iterator[Finding]:
    """What is wrong with what rows would print: characters, numbers and names of another region, logos. Each row is
    looked at by itself.
    """
    editions = {edition.code: edition for edition in manuscript.editions}
    contexts = {
        code: EditionContext(manuscript, edition, publication(manuscript, edition), today)
        for code, edition in editions.items()
    }
    foreign = {code: foreign_words(manuscript, edition) for code, edition in editions.items()}
    own = faces.of_language(manuscript.words.said)
    for row in imprints:
        numbers, code = contexts[row.edition].numbers, row.edition
        for text in filter(None, (row.name, row.address, row.hours, row.languages)):
            yield from text_faults(text, row.origin, own, numbers, code, project)
            html = f'<p data-line="{escape(str(row.origin))}">{escape(text, quote=False)}</p>'
            yield from foreign_faults(html, row.origin.file, foreign[code], code)
        if row.logo:
            logo = image_faults(project, row.logo, row.origin)
            yield from logo or drawing_faults(f"chapters/{row.logo}", project, own, numbers, code)
        yield from _numbers_of_others(row, manuscript, editions[code])


def _numbers_of_others(row: Imprint, manuscript: Manuscript, edition: Edition) -> Iterator[Finding]:
    """Numbers of services that do not serve the edition, and area codes of other regions: a clinic may have a number
    beyond a border, so the latter is for a person to look at.
    """
    regions = manuscript.countries[edition.country].regions
    codes = regions[edition.code].area_codes if edition.code in regions else ()
    every = tuple(dict.fromkeys(code for region in regions.values() for code in region.area_codes))
    for phone in filter(None, (row.phone, row.sms)):
        whose = [
            service for service in manuscript.services if phone.digits in {each.digits for each in service.numbers}
        ]
        if whose and not any(service.serves(edition.code) for service in whose):
            found = f"{phone.plain} belongs to '{whose[0].name}' ({', '.join(whose[0].states)})."
            yield error("LNK-011", row.origin, found, f"A number for people in the edition {edition.code}.")
        elif codes and phone.digits.startswith(every) and not phone.digits.startswith(codes):
            found = f"{phone.plain} has the area code of another region than {edition.code}."
            yield warning(
                "SRC-063", row.origin, found, f"A number that begins with {' or '.join(codes)}, or certainty."
            )
