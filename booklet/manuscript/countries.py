"""Countries: what those that ship and those of a project say, and for whom an entry of the directory is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from booklet.findings import Finding, Place, error
from booklet.manuscript.reading import Data, UnreadableError, parse_toml, read_text, validate
from booklet.manuscript.records import Book, Country, Readers

SHIPPED = Path(__file__).resolve().parents[1] / "countries"
Countries = Mapping[str, Country]
"""Countries by the names of their files."""


@cache
def shipped_countries() -> dict[str, Country]:
    """The countries that the package knows."""
    found = {}
    for path in sorted(SHIPPED.glob("*.toml")):
        country, faults = validate(Country, parse_toml(path.read_text("utf-8"), path.name))
        assert country, faults
        found[path.stem] = country
    return found


def shipped_country(name: str) -> Country:
    """A country that the package knows, by the name of its file. Raises KeyError."""
    return shipped_countries()[name]


def read_countries(project: Path, book: Data | None) -> tuple[dict[str, Country], str, list[Finding]]:
    """The countries of a project and those that ship, which of them is that of `booklet.toml`, whatever else is wrong
    with that file, and what is wrong with them. The name is empty where there is no such country.
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
    rows = book.value if book else {}
    usual = Book.model_fields["language"].default
    named = str(rows["country"]) if "country" in rows else _country_of(rows.get("language", usual))
    if "country" not in rows and named not in {*countries, *own}:
        named = _country_of(usual)
    if named in countries:
        return countries, named, found
    if named not in own:
        place = book.place(("country",)) if book else Place("chapters/booklet.toml")
        expected = f"One of: {', '.join(countries)}; or a file of this name in chapters/countries/."
        found.append(error("SRC-014", place, f"The country '{named[:40]}' is not known.", expected))
    return countries, "", found


def _country_of(language: object) -> str:
    """The country that a language such as `en-NZ` is written in."""
    return str(language).rpartition("-")[2].lower()


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
