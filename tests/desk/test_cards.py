"""Order cards: every code of an edition, how it is said, and how an old copy is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner, Result

from booklet.order_codes import spelling
from booklet_desk import cards as cards_room
from booklet_desk.card_sheets import concordance
from booklet_desk.cards import cards
from booklet_desk.records import PagePair
from tests import tiny
from tests.desk.conftest import EDITIONS, OLD_VIC, SIZES, TITLES, Desk, code_of
from tests.finished import Finished


def run(desk: Desk, *arguments: str) -> Result:
    done = CliRunner().invoke(cards, [str(desk.folder / "cards"), "--dist", str(desk.dist), *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def pages(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as document:
        assert all(page.get_size() == pytest.approx((595.3, 841.9), abs=0.1) for page in document)
        return [page.get_textpage().get_text_range().replace("\r", "") for page in document]


def test_a_card_has_every_code_of_its_edition_and_how_it_is_said(desk: Desk) -> None:
    assert run(desk, "--edition", "vic").exit_code == 0
    first, second = pages(desk.folder / "cards/order-card-VIC.pdf")
    for title, name in TITLES.items():
        assert name in first
        for size in SIZES:
            code = code_of(title, "VIC", size)
            assert code in first and all(group in first for group in spelling(code).split("; "))
    assert "Victoria" in first and "Issue 2026.1" in first and "weight unknown" in first
    assert f"{OLD_VIC}, issue 2025.1" in second and code_of("main", "VIC") in second
    assert "New since then" in second and "Your bones" in second


def test_without_a_wish_there_is_a_card_for_each_edition_and_all_of_them_as_data(desk: Desk) -> None:
    assert run(desk).exit_code == 0
    made = json.loads((desk.folder / "cards/order-cards.json").read_text())
    assert [card["edition"] for card in made] == list(EDITIONS)
    assert {path.name for path in (desk.folder / "cards").glob("*.pdf")} == {f"order-card-{e}.pdf" for e in EDITIONS}
    vic = made[EDITIONS.index("VIC")]["printings"]
    assert [(row["title"], row["size"]) for row in vic] == [(title, size) for title in TITLES for size in SIZES]
    assert vic[0]["earlier"] == [[OLD_VIC, "2025.1"]] and vic[1]["earlier"] == [] and vic[0]["pages"] is None
    assert "No other codes were printed before." in pages(desk.folder / "cards/order-card-WA.pdf")[1]


def test_what_was_built_has_its_weight_and_class(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """STANDARDS, AP13: 32 leaves of 100 g/m², two of 250, a letter of 80, an envelope: 99.5 + 15.5 + 5.0 + 7.4 g."""
    monkeypatch.setattr(cards_room, "read_pages", lambda _: {code_of("main", "VIC"): (68, False)})
    run(desk, "--edition", "VIC")
    (card,) = json.loads((desk.folder / "cards/order-cards.json").read_text())
    assert (card["printings"][0]["pages"], card["printings"][0]["post"]) == (68, "large letter")
    assert card["printings"][0]["grams"] == 127
    assert "68 pages, 127 g, large letter" in pages(desk.folder / "cards/order-card-VIC.pdf")[0]


def test_hours_changes_and_pages_stand_below_the_old_codes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, booklet: Callable[..., Path]
) -> None:
    """The day of the issue and hours are those of the sources; what changed is told since an older state."""
    pairs = (PagePair("First days", "2", "2"), PagePair("Directory", "49", "51"))
    monkeypatch.setattr(cards_room, "concordance", lambda *_: pairs)
    old = booklet()
    new = tiny.write(desk.folder / "new", tiny.changed(tiny.STATES, "5550 1234", "5550 4321"))
    done = run(desk, "--edition", "VIC", "--project", str(new), "--since", str(old))
    assert done.exit_code == 0
    first, second = pages(desk.folder / "cards/order-card-VIC.pdf")
    assert "Issue 2026.1 of 2026-07-15" in first
    assert "Hours, by the clock of Melbourne" in second and "24 hours" in second
    assert "the desk: hours are not written down" in second
    assert "What changed since issue 2026.1" in second and "(03) 5550 4321" in second
    assert "Directory 49 51" in " ".join(second.split()) and "First days" not in second
    (card,) = json.loads((desk.folder / "cards/order-cards.json").read_text())
    assert (card["issued"], card["time_zone"], len(card["pages"])) == ("2026-07-15", "Australia/Melbourne", 2)
    assert card["changed"][0].startswith(
        "Tiny, page 3, first entry: Vic group (03) 5550 4321 (was: Vic group (03) 5550"
    )


def test_pages_lead_to_large_print_by_the_outlines_of_both_files(
    finish: Callable[[str, str, str], Finished], tmp_path: Path
) -> None:
    files = [tmp_path / "screen.pdf", tmp_path / "large-print.pdf"]
    for path in files:
        path.write_bytes(finish("VIC", "main", path.stem).files[0].content)
    rows = {pair.heading: (pair.standard, pair.large_print) for pair in concordance(*files)}
    assert rows["1 First days"] == ("2", "2") and rows["Support directory"] != ("2", "2") and len(rows) > 20
    assert concordance(files[0], None) == () == concordance(tmp_path / "none.pdf", files[1])


def test_an_edition_that_is_none_is_told(desk: Desk) -> None:
    done = run(desk, "--edition", "XYZ")
    assert done.exit_code == 1 and "There is no edition XYZ" in done.stderr
    (desk.dist / "manifest.json").unlink()
    assert "Run booklet build first" in run(desk).stderr
