"""Countries that the package knows: what no project of a country has to say again."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from booklet.manuscript.reading import parse_toml
from booklet.manuscript.records import Country

SHIPPED = Path(__file__).resolve().parents[1] / "countries"


@cache
def shipped_countries() -> dict[str, Country]:
    """The countries that the package knows, by the names of their files."""
    found = {}
    for path in sorted(SHIPPED.glob("*.toml")):
        told = parse_toml(path.read_text("utf-8"), path.name).value
        found[path.stem] = Country.model_validate({key: told[key] for key in ("name", "emergency", "regions")})
    return found
