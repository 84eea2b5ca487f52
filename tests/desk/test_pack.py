"""The pack of one order: files of a build, whole and as they should be, in a folder without a name."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from booklet.build import build
from booklet.findings import BookletError
from booklet_desk import ledger
from booklet_desk import pack as room
from booklet_desk.catalogue import read_catalogue
from booklet_desk.pack import older, pack
from booklet_desk.packing import LIST, Key, PackError, as_zip, make_pack
from booklet_desk.records import Content, Item, Order
from tests import tiny
from tests.desk.conftest import OLD_VIC, Desk, code_of
from tests.desk.orders import DAY, MARKERS, address, content

Booklet = Callable[..., Path]
MAIN, BONE, LARGE = code_of("main", "VIC"), code_of("bone", "VIC"), code_of("main", "VIC", "large-print")
FILES = {
    ("main", "clinic", MAIN): ("tiny-clinic.pdf", "tiny-clinic-plain.pdf"),
    ("bone", "clinic", BONE): tuple(f"tiny-bone-clinic-{part}.pdf" for part in ("fronts", "backs", "plain")),
    ("main", "screen", MAIN): ("tiny-screen.pdf",),
    ("main", "large-print", LARGE): ("tiny-large-print-volume-1.pdf", "tiny-large-print-volume-2.pdf"),
}  # fmt: skip


def built(desk: Desk, **changes: object) -> None:
    """Files in `dist`, and the manifest that tells of them."""
    rows = []
    for (title, format, code), names in FILES.items():
        for name in names:
            words = f"%PDF of {name}".encode()
            (desk.dist / "VIC").mkdir(exist_ok=True)
            (desk.dist / "VIC" / name).write_bytes(words)
            wide = format == "clinic" and not name.endswith("plain.pdf")
            rows.append({
                "file": f"VIC/{name}", "publication": title, "title": title, "edition": "VIC", "format": format,
                "volumes": len(names), "issue": "2026.1", "order_code": code, "pages": 34, "bytes": len(words),
                "sha256": sha256(words).hexdigest(), "trim_mm": [297.0, 210.0] if wide else [210.0, 297.0],
                "inputs": "", **changes,
            })  # fmt: skip
    path = desk.dist / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "files": rows}))


def taken(*items: tuple[str, int]) -> Order:
    (number,) = ledger.add([Content(address(), tuple(Item(*item) for item in items))], DAY)
    return ledger.find(number)


def files(desk: Desk, order: Order, format: str = "clinic", late: tuple[Key, ...] = ()) -> dict[str, bytes]:
    return dict(make_pack(order, format, read_catalogue(desk.dist), desk.dist, lambda _: late).files)


def test_a_pack_is_the_sheets_of_what_was_ordered_and_a_list(desk: Desk) -> None:
    built(desk)
    made = files(desk, taken((MAIN, 2), (BONE, 1), (LARGE, 1)))
    assert set(made) == {
        "tiny-clinic.pdf", "tiny-bone-clinic-fronts.pdf", "tiny-bone-clinic-backs.pdf",
        "tiny-large-print-volume-1.pdf", "tiny-large-print-volume-2.pdf", LIST,
    }  # fmt: skip
    assert made["tiny-clinic.pdf"] == b"%PDF of tiny-clinic.pdf"
    words = made[LIST].decode()
    assert "1. Steady Ground, VIC, issue 2026.1, " + MAIN + ": 2 copies" in words
    assert "tiny-clinic.pdf: 17 sheets of A4, both sides, flip on the short edge" in words
    assert "34 sheets of A4, one side" in words and "17 sheets of A4, both sides, flip on the long edge" in words
    assert [marker for marker in (*MARKERS, "3000") if marker.encode() in b"".join(made.values())] == []


def test_files_to_read_and_large_print(desk: Desk) -> None:
    built(desk)
    made = files(desk, taken((MAIN, 1)), "screen")
    assert set(made) == {"tiny-screen.pdf", LIST} and "to read on a screen" in made[LIST].decode()


def test_an_old_code_is_packed_as_what_is_printed_now(desk: Desk) -> None:
    built(desk)
    assert "tiny-clinic.pdf" in files(desk, taken((OLD_VIC, 1)))


@pytest.mark.parametrize("spoil", ["missing", "changed", "a volume less", "another issue"])
def test_what_is_not_there_as_it_was_delivered_is_refused_with_the_command(desk: Desk, spoil: str) -> None:
    built(desk, **({"issue": "2025.1"} if spoil == "another issue" else {}))
    path = desk.dist / "VIC/tiny-bone-clinic-backs.pdf"
    if spoil == "missing":
        path.unlink()
    elif spoil == "changed":
        path.write_bytes(path.read_bytes().replace(b"of", b"OF"))
    elif spoil == "a volume less":
        manifest = json.loads((desk.dist / "manifest.json").read_text())
        manifest["files"] = [row for row in manifest["files"] if "backs" not in row["file"]]
        (desk.dist / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(PackError, match="not built, or changed since") as reason:
        files(desk, taken((MAIN, 1), (BONE, 1)))
    titles = "--title main --title bone" if spoil == "another issue" else "--title bone"
    assert str(reason.value).endswith(f"Then: booklet build {titles} --edition VIC --format clinic")


def test_what_is_older_than_its_sources_is_refused(desk: Desk) -> None:
    built(desk)
    order = taken((MAIN, 1), (BONE, 1))
    with pytest.raises(PackError, match=r"older than the chapters: Your bones, VIC.* --title bone --edition VIC"):
        files(desk, order, late=(("bone", "VIC", "clinic"),))
    built(desk, is_older=True)
    with pytest.raises(PackError, match="older than the chapters"):
        files(desk, order)


def test_what_is_no_order_any_more_has_no_pack(desk: Desk) -> None:
    built(desk)
    order = taken((MAIN, 1))
    for gone in (replace(order, content=None), replace(order, state="cancelled")):
        with pytest.raises(PackError, match="nothing to pack"):
            files(desk, gone)
    with pytest.raises(PackError, match="no longer printed"):
        files(desk, taken(("N9Y J4J", 1)))


def run(desk: Desk, *arguments: object) -> Result:
    done = CliRunner().invoke(
        pack, [*map(str, arguments), "--dist", str(desk.dist), "--out", str(desk.folder / "packs")]
    )
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def test_the_folder_has_the_orders_number_and_is_there_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    built(desk)
    monkeypatch.setattr(room, "older", lambda *_: ())
    (number,) = ledger.add([content()], DAY)
    done = run(desk, "10001", "K")
    assert number == 10_001 and done.exit_code == 0 and done.stdout.strip() == str(desk.folder / "packs/10001-K")
    assert {path.name for path in (desk.folder / "packs/10001-K").iterdir()} == {"tiny-clinic.pdf", LIST}
    assert [path.name for path in (desk.folder / "packs").iterdir()] == ["10001-K"]
    again = run(desk, "10001", "K")
    assert again.exit_code == 1 and "is there already" in again.stderr
    assert run(desk, "10001", "A").exit_code == 2, "a wrong check letter"
    assert run(desk, "10002", "M").exit_code == 1, "no such order"
    assert [marker for marker in MARKERS if marker in done.stdout + done.stderr + again.stderr] == []


def test_one_file_for_a_browser_is_the_same(desk: Desk) -> None:
    built(desk)
    made = make_pack(taken((MAIN, 1)), "clinic", read_catalogue(desk.dist), desk.dist, lambda _: ())
    with zipfile.ZipFile(io.BytesIO(as_zip(made))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            f"10001-K/{name}": words for name, words in made.files.items()
        }
    assert as_zip(made) == as_zip(made)


@pytest.mark.slow
def test_sources_tell_what_is_older_however_it_was_printed(booklet: Booklet) -> None:
    project = booklet({**tiny.INSERT})
    order = tiny.order(project, formats=("clinic", "screen"), editions=("VIC",))
    assert build(order).files
    keys: list[Key] = [(title, "VIC", format) for title in ("main", "bone") for format in ("clinic", "screen")]
    dist = project / "dist"
    assert older(project, dist, keys) == ()
    assert build(replace(order, printing=replace(order.printing, duplex="manual"))).files
    assert older(project, dist, keys) == (), "fronts and backs are made from the same"
    path = project / "chapters/inserts/bone/02-b.md"
    path.write_text(path.read_text().replace("More of it.", "More of that."))
    assert set(older(project, dist, keys)) == {("bone", "VIC", "clinic"), ("bone", "VIC", "screen")}
    path.write_text(path.read_text() + "\nSee [nothing](#nowhere).\n")
    with pytest.raises(BookletError, match="booklet check"):
        older(project, dist, keys)
    with pytest.raises(PackError, match="no folder chapters/"):
        older(dist, dist, keys)
