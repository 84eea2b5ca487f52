"""Every key that people can write has its row in docs/keys.md, made from the records."""

from __future__ import annotations

import os

import pytest

from booklet.manuscript import imprints, records, waivers
from tests.conftest import PROJECT
from tests.keys_page import FILES, Key, Source, page, source

PAGE = PROJECT / "docs/keys.md"


def test_the_page_is_that_of_the_records() -> None:
    """With BOOKLET_RENEW=1 in the environment it is written."""
    words = page(source(records, imprints, waivers))
    if os.environ.get("BOOKLET_RENEW"):
        PAGE.write_text(words, "utf-8")
    assert PAGE.read_text("utf-8") == words, "python -m tests.keys_page > docs/keys.md"


def test_every_record_that_a_file_holds_has_all_its_keys() -> None:
    """As pydantic has them, which the page does not ask."""
    words = PAGE.read_text("utf-8")
    for _, record in FILES.values():
        model = next(getattr(room, record) for room in (records, imprints, waivers) if hasattr(room, record))
        table = words.partition(f"`{next(file for file, row in FILES.items() if row[1] == record)}`\n")[2]
        keys = [line.split("`")[1] for line in table.partition("\n#")[0].splitlines() if line.startswith("| `")]
        names = {field.alias or name for name, field in model.model_fields.items()}
        assert set(keys) == {name for name in names if not name.startswith("\0")}, record


def test_a_key_without_words_stops_the_page() -> None:
    found = source(records, imprints, waivers)
    (first, *rest) = found.keys["Book"]
    mute = Source(found.about, {**found.keys, "Book": (Key(first.name, first.kind, None, ""), *rest)}, found.kinds)
    with pytest.raises(ValueError, match=f"Book.{first.name} has no text"):
        page(mute)
