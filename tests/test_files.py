"""Files appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from booklet.files import write_whole


@pytest.mark.parametrize("durable", [True, False])
def test_files_are_written_together(tmp_path: Path, durable: bool) -> None:
    (tmp_path / "one").write_bytes(b"old")
    write_whole([(tmp_path / "one", b"1"), (tmp_path / "two", b"2")], durable)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"one": b"1", "two": b"2"}


def test_where_one_cannot_be_written_none_is_changed(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"old")
    with pytest.raises(OSError):
        write_whole([(tmp_path / "one", b"1"), (tmp_path / "missing" / "two", b"2")])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"one": b"old"}
