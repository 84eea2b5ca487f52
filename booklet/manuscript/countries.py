"""Countries: what those that ship and those of a project say, and for whom an entry of the directory is read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from booklet.findings import Finding, Place, error
from booklet.manuscript.reading import Data, UnreadableError, parse_toml, read_text, validate
from booklet.manuscript.records import Country, Readers

SHIPPED = Path(__file__).resolve().parents[1] / "countries"
Countries = Mapping[str, Country]
"""Countries by the names of their files."""


@cache
def shipped_countries() -> dict[str, Country]:
    """The countries that the package knows."""
    return {path.stem: country_of_text(path.read_text("utf-8")) for path in sorted(SHIPPED.glob("*.toml"))}


def country_of_text(text: str) -> Country:
    """The country of a file that the package wrote itself."""
    country, faults = validate(Country, parse_toml(text, "country.toml"))
    assert country, faults
    return country


def shipped_country(name: str) -> Country:
    """A country that the package knows, by the name of its file. Raises KeyError."""
    return shipped_countries()[name]


def read_countries(
    project: Path, book: Data | None, codes: Sequence[str]
) -> tuple[dict[str, Country], str, list[Finding]]:
    """The countries of a project and those that ship, which of them is that of `booklet.toml`, whatever else is wrong
    with that file, and what is wrong with them. The name is empty where there is no such country. `codes` are those
    of the project's editions, which tell its country where it does not say.
    """
    own: dict[str, Country | None] = {}
    found: list[Finding] = []
    for path in sorted((project / "chapters/countries").glob("*.toml")):
        try:
            data = parse_toml(read_text(project, path), path.relative_to(project).as_posix())
            own[path.stem], faults = validate(Country, data)
        except UnreadableError as reason:
            own[path.stem], faults = None, [reason.finding]
        found += faults
    countries = {name: country for name, country in {**shipped_countries(), **own}.items() if country}
    named = _named_country(book.value if book else {}, {*countries, *own}) or _country_having(codes, countries)
    if named in countries:
        return countries, named, found
    if named not in own:
        place = book.place(("country",)) if book else Place("chapters/booklet.toml")
        what = f"The country '{named[:40]}' is not known." if named else "No country is named, and no edition tells it."
        expected = f"One of: {', '.join(countries)}; or a file of this name in chapters/countries/."
        found.append(error("SRC-014", place, what, expected))
    return countries, "", found


def _named_country(rows: Mapping[str, Any], known: Collection[str]) -> str:
    """The country that `booklet.toml` names, itself or by a language such as `en-NZ`; empty where it names none."""
    if "country" in rows:
        return str(rows["country"])
    _, _, of_language = str(rows.get("language", "")).rpartition("-")
    return of_language.lower() if of_language.lower() in known else ""


def _country_having(codes: Sequence[str], countries: Countries) -> str:
    """The country that has most regions of these codes, the first of several; empty where none has any. A project
    without editions is told that it has none, and nothing else.
    """
    number = {name: sum(code in country.regions for code in codes) for name, country in countries.items()}
    most = max(number, key=number.__getitem__)
    return most if number[most] or not codes else ""


def readers_of_country(countries: Countries, name: str, regions: Mapping[str, str] | None = None) -> Readers:
    """The people of a country; `regions` are the countries of a project's editions, by code."""
    others = tuple(country.plan for other, country in countries.items() if other != name)
    return Readers(countries[name].plan, others, frozenset((*countries[name].regions, *(regions or ()))))


def readers_of_entries(countries: Countries, own: str, regions: Mapping[str, str]) -> Callable[[Any], Readers]:
    """For an entry of the directory, the people of its regions: of the book's country, if they are of several."""
    everyone = {name: readers_of_country(countries, name, regions) for name in {own, *regions.values()}}

    def readers(entry: Any) -> Readers:
        states = entry.get("states") if isinstance(entry, dict) else None
        names = {regions.get(str(state), own) for state in states} if isinstance(states, list) else set()
        return everyone[names.pop() if len(names) == 1 else own]

    return readers


def country_of_region(code: object, own: str, countries: Countries) -> str:
    """The country that has a region of this code: a project's own before others, which is also that of codes that none
    has.
    """
    having = (name for name in (own, *countries) if isinstance(code, str) and code in countries[name].regions)
    return next(having, own)


def known_of_edition(data: Data, own: str, countries: Countries) -> tuple[dict[str, Any], list[Finding]]:
    """What an edition need not say, by its code: its country is the book's, or the first that has such a region. A code
    that no country has is a region of the project's own, whose file names its country.
    """
    code = data.value.get("code")
    name = str(data.value.get("country", country_of_region(code, own, countries)))
    if name not in countries:
        expected = f"One of: {', '.join(countries)}."
        return {}, [error("SRC-014", data.place(("country",)), f"The country '{name[:40]}' is not known.", expected)]
    country = countries[name]
    if "country" not in data.value and isinstance(code, str) and code not in country.regions:
        expected = f'One of: {", ".join(country.regions)}; or country = "{own}" beside a code of your own.'
        return {}, [error("SRC-012", data.place(("code",)), f"code is '{code[:40]}': no region has it.", expected)]
    known: dict[str, Any] = {"country": name, "emergency": country.emergency}
    if region := country.regions.get(str(code)):
        known |= {"name": region.name, "in_words": region.in_words, "time_zone": region.time_zone}
    return known, []
