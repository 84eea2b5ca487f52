"""What is sealed is read with its key and its number alone."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path

import pytest

from booklet.spreadsheets import Sheet
from booklet_desk import vault
from booklet_desk.carriers import Carrier
from booklet_desk.lettering import line
from booklet_desk.records import Content, DeliveryPoint, Item, Order
from booklet_desk.returns import Return
from tests.desk.orders import MARKERS, address, content


def test_what_is_sealed_is_read_again_and_shows_nothing(tmp_path: Path) -> None:
    key = vault.create(tmp_path / "keys")
    order = Content(address(), (Item("K43 333", 2),), True, DeliveryPoint("39549554", "2026-4", "2027-01-01"), "row")
    sealed = vault.seal(key, 10_001, order)
    assert vault.unseal(vault.load(tmp_path / "keys", key.id), 10_001, sealed) == order
    assert not any(marker.encode() in sealed for marker in MARKERS)
    assert sealed != vault.seal(key, 10_001, order), "two that are alike cannot be told to be"


def test_another_number_another_key_and_a_changed_byte_open_nothing(tmp_path: Path) -> None:
    key, other = vault.create(tmp_path), vault.create(tmp_path)
    sealed = vault.seal(key, 10_001, content())
    spoilt = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for tried in ((key, 10_002, sealed), (other, 10_001, sealed), (key, 10_001, spoilt)):
        with pytest.raises(vault.KeyLostError):
            vault.unseal(*tried)


def test_a_key_is_its_owners_and_is_gone_when_destroyed(tmp_path: Path) -> None:
    key = vault.create(tmp_path / "keys")
    (path,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert vault.destroy(tmp_path / "keys", key.id) and not vault.destroy(tmp_path / "keys", key.id)
    assert list((tmp_path / "keys").iterdir()) == []
    with pytest.raises(vault.KeyLostError, match=key.id):
        vault.load(tmp_path / "keys", key.id)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 31, "A" * 32])
def test_a_database_that_names_another_file_is_not_followed(tmp_path: Path, name: str) -> None:
    with pytest.raises(vault.KeyLostError):
        vault.load(tmp_path, name)
    with pytest.raises(vault.KeyLostError):
        vault.destroy(tmp_path, name)


def test_a_key_that_is_cut_off_is_lost_and_says_so(tmp_path: Path) -> None:
    key = vault.create(tmp_path)
    (tmp_path / f"{key.id}.key").write_bytes(b"short")
    with pytest.raises(vault.KeyLostError):
        vault.load(tmp_path, key.id)


def test_no_record_shows_what_an_order_says(tmp_path: Path) -> None:
    """A message, a log or a debugger's line that holds a record holds no name."""
    row = ("Ada Quibblewick", "12 Zanthorpe Street", "SNARKFIELD")
    back = Return(10_001, "posted", date(2026, 11, 27), address(), DeliveryPoint("39549554", "1", "2027-01-01"))
    order = Order(10_001, date(2026, 11, 27), "open", None, None, content())
    drawn = tuple(line(text)[0] for text in row)
    records = (order, content(), back, Sheet(row, ((2, row),)), Carrier(10_001, drawn, 12, ((drawn[0], 12.0),), 0))
    shown = "".join(map(repr, records))
    assert [marker for marker in (*MARKERS, "39549554") if marker in shown] == []


def test_a_key_shows_nothing_of_itself(tmp_path: Path) -> None:
    key = vault.create(tmp_path)
    assert repr(key) == f"Key({key.id})"
    assert key.sealing != key.fingerprints
    assert vault.standing(tmp_path) == vault.standing(tmp_path)
