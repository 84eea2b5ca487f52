"""Copies with a clinic's own name: rows are checked like any source, and each copy is the edition with its panels."""

from __future__ import annotations

import errno
import gc
import io
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from click.testing import CliRunner

from booklet import dispatch, imprints
from booklet.build import Receipt, build
from booklet.cli import main
from booklet.composing import imprint_faults, shipped_faces
from booklet.files import ASIDE
from booklet.findings import BookletError, Finding
from booklet.manuscript import Imprint, Manuscript, NoImprintsError, read, read_imprints
from booklet.preflight import PROFILES, examine
from booklet.spreadsheets import MOST_ROWS, SpreadsheetError
from booklet.today import Today
from booklet.transcript import load, transcript
from booklet.walk import styles_folder
from tests import tiny
from tests.conftest import HANG_SECONDS, PROJECT, TODAY, hear_interrupts
from tests.judges import judged
from tests.printed import GRADIENT, photo, printed
from tests.tiny import INSIDE, errors
from tests.workbooks import xlsx

HEADER = "id,name,address,phone,sms,hours,logo,languages,edition\n"
GOOD = 'east,East Clinic,"1 Sample Street",(03) 9123 4567,0491 570 156,Monday to Friday,,English,VIC\n'
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><rect width="20" height="10" fill="#b02020"/></svg>'


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write(tmp_path_factory.mktemp("imprints"), {**INSIDE, "chapters/images/logo.svg": LOGO})


@pytest.fixture(scope="module")
def manuscript(project: Path) -> Manuscript:
    found, _ = read(project, Today(TODAY))
    assert found
    return found


def rows_of(content: str | bytes, project: Path, manuscript: Manuscript) -> tuple[list[Imprint], list[Finding]]:
    """The clinics of a table that can be printed, and what is wrong with it."""
    path = project / "clinics.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    rows, findings = read_imprints(path, project, manuscript)
    findings += imprint_faults(rows, manuscript, project, Today(TODAY), shipped_faces(styles_folder()))
    faulty = {finding.place for finding in errors(findings)}
    return [row for row in rows if row.origin not in faulty], findings


def test_a_row_is_read_with_its_line(project: Path, manuscript: Manuscript) -> None:
    (row,), findings = rows_of(HEADER + GOOD, project, manuscript)
    assert (row.id, row.edition, row.phone and row.phone.digits, findings) == ("east", "VIC", "0391234567", [])
    assert str(row.origin) == "clinics.csv:2"


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + (HEADER + GOOD).encode(),
        (HEADER + GOOD.replace("East", "\u00c9ast")).encode("cp1252"),
        (HEADER.replace(",", ";") + GOOD.replace(",", ";")).encode(),
        (HEADER + GOOD.replace("1 Sample Street", "1 Sample Street\r\nSampleville")).encode(),
        (b"ID,Name,Edition\neast,East Clinic,vic\n"),
        xlsx(("id", "name", "phone", "edition"), ("east", "East Clinic", "(03) 9123 4567", "VIC")),
    ],
    ids=["mark", "Windows-1252", "semicolons", "lines in a cell", "three columns", "XLSX"],
)
def test_tables_are_read_as_people_save_them(content: bytes, project: Path, manuscript: Manuscript) -> None:
    rows, findings = rows_of(content, project, manuscript)
    assert [row.id for row in rows] == ["east"]
    assert findings == []


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        ("../../etc,East,,,,,,,VIC", "SRC-012", "small letters"),
        ("west/..,East,,,,,,,VIC", "SRC-012", "small letters"),
        ("west,,,,,,,,VIC", "SRC-010", "'name'"),
        ("west,West,,,,,,,", "SRC-010", "'edition'"),
        ("west,West,,,,,,,TAS", "SRC-014", "No edition 'TAS'"),
        ("west,West,,03 9123,,,,,VIC", "LNK-010", "phone is"),
        ("west,West,,,0491 57,,,,VIC", "LNK-010", "sms is"),
        ("west,=cmd|' /C calc'!A0,,,,,,,VIC", "SRC-012", "formula"),
        ("west,West,@SUM(1),,,,,,VIC", "SRC-012", "formula"),
        ("west,-2+3+cmd|' /C calc'!A0,,,,,,,VIC", "SRC-012", "formula"),
        ("west,West,,,,+1+1,,,VIC", "SRC-012", "formula"),
        ("nul,West,,,,,,,VIC", "SRC-012", "Windows"),
        ("/etc/passwd,East,,,,,,,VIC", "SRC-012", "small letters"),
        ("C:\\west,East,,,,,,,VIC", "SRC-012", "small letters"),
        ("west,West,,(08) 5550 1234,,,,,VIC", "LNK-011", "WA group"),
        ("west,West,,,,Ring (08) 5550 1234,,,VIC", "LNK-011", "belongs to no service"),
        ("west,WA group,,,,,,,VIC", "SRC-063", "WA group"),
        ("west,W\u4e00st,,,,,,,VIC", "FNT-002", "No shipped font"),
        ("west,West,,,,,images/none.svg,,VIC", "LNK-003", "No image"),
        ("west,West,,,,,../../secret.svg,,VIC", "LNK-004", "outside the project"),
        ("west,West,,,,,images/logo.exe,,VIC", "SRC-012", "svg"),
        ("west,West {{ x }},,,,,,,VIC", "SRC-012", "templates"),
        ("east,Another,,,,,,,VIC", "SRC-013", "A second clinic"),
        (f"west,{'W' * 300},,,,,,,VIC", "SRC-012", "characters"),
    ],
)
def test_a_bad_row_is_named_and_stops_no_other(
    row: str, code: str, words: str, project: Path, manuscript: Manuscript
) -> None:
    rows, findings = rows_of(f"{HEADER}{GOOD}{row}\n", project, manuscript)
    assert [each.id for each in rows] == ["east"]
    (found,) = errors(findings)
    assert (found.code, str(found.place)) == (code, "clinics.csv:3")
    assert words in found.found


def test_a_logo_that_runs_or_is_too_large_is_refused(project: Path, manuscript: Manuscript) -> None:
    row = "west,West,,,,,images/bad.svg,,VIC\n"
    path = project / "chapters/images/bad.svg"
    runs = LOGO.replace("<rect", "<script>alert(1)</script><rect")
    for bad, size, code in ((runs, len(runs), "LNK-004"), (LOGO, 3_100_000, "LNK-003"), ("", 10**8, "LNK-003")):
        path.write_text(bad)
        os.truncate(path, size)
        rows, findings = rows_of(HEADER + GOOD + row, project, manuscript)
        assert [each.id for each in rows] == ["east"]
        assert {finding.code for finding in errors(findings)} == {code}
    (project / "chapters/images/bad.svg").write_text(LOGO)
    assert [each.id for each in rows_of(HEADER + GOOD + row, project, manuscript)[0]] == ["east", "west"]


def test_a_number_from_beyond_a_border_is_for_somebody_to_look_at(project: Path, manuscript: Manuscript) -> None:
    rows, (found,) = rows_of(HEADER + GOOD.replace("(03) 9123 4567", "(08) 9123 4567"), project, manuscript)
    assert (len(rows), found.code, found.severity.value) == (1, "SRC-063", "warning")


def test_a_table_that_is_none_says_so(project: Path, manuscript: Manuscript) -> None:
    with pytest.raises(SpreadsheetError, match="no column edition"):
        rows_of("id,name\neast,East\n", project, manuscript)
    with pytest.raises(SpreadsheetError, match="two columns"):
        rows_of("id,name,edition,name\neast,East,VIC,West\n", project, manuscript)
    with pytest.raises(NoImprintsError):
        read_imprints(project / "none.csv", project, manuscript)


def test_a_table_may_have_so_many_rows_and_each_is_named(project: Path, manuscript: Manuscript) -> None:
    rows = "".join(f"c-{number},Clinic {number},TAS\n" for number in range(MOST_ROWS))
    path = project / "clinics.csv"
    path.write_text(f"id,name,edition\n{rows}")
    found, findings = read_imprints(path, project, manuscript)
    assert (len(found), len(findings), str(findings[-1].place)) == (0, MOST_ROWS, f"clinics.csv:{MOST_ROWS + 1}")
    path.write_text(f"id,name,edition\n{rows}more,More,VIC\n")
    with pytest.raises(SpreadsheetError, match="more than 100,000 rows"):
        read_imprints(path, project, manuscript)


def test_clinics_may_have_a_file_each(project: Path, manuscript: Manuscript) -> None:
    folder = project / "chapters/imprints"
    folder.mkdir()
    (folder / "a.toml").write_text('id = "east"\nname = "East Clinic"\nedition = "VIC"\n')
    (folder / "b.toml").write_text('id = "west"\nname = "West Clinic"\nedition = "VIC"\nfax = "1"\n')
    rows, (found,) = read_imprints(folder, project, manuscript)
    assert [row.id for row in rows] == ["east"]
    assert (found.code, str(found.place)) == ("SRC-011", "chapters/imprints/b.toml:4")


WEST = "west,West Clinic,,,,,images/logo.svg,,VIC\n"
LONG = f"long,{'Very Long Name of a Clinic ' * 6},,,,,,,VIC\n"
FAR = "far,Ph\u00f2ng kh\u00e1m Vi\u1ec7t,,,,,,,VIC\n"


@pytest.fixture(scope="module")
def made(project: Path) -> Receipt:
    return make(project, GOOD + LONG + WEST + FAR)


def make(project: Path, rows: str, out: str = "dist") -> Receipt:
    """The copies of some clinics, for a screen, in this process."""
    path = project / f"{out}.csv"
    path.write_text(HEADER + rows)
    wanted = tiny.order(project, imprints=path, formats=("screen",), dist=project / out, use_cache=True)
    return build(wanted)


def content_of(project: Path, id: str, out: str = "dist") -> bytes:
    (path,) = (project / out / "VIC/imprints" / id).glob("*.pdf")
    return path.read_bytes()


def test_each_clinic_has_its_files_and_a_manifest(made: Receipt, project: Path) -> None:
    assert [entry.file for entry in made.files] == [
        f"VIC/imprints/{id}/tiny-VIC-2026.1-{id}-screen.pdf" for id in ("east", "far", "west")
    ]
    (entry,) = dispatch.read_manifest(project / "dist/VIC/imprints/east")
    assert (entry.order_code, entry.format) == ("HKV 4TU", "screen")
    with pikepdf.Pdf.open(io.BytesIO(content_of(project, "east"))) as pdf:
        assert "imprint east" in str(pdf.docinfo.Keywords)
        assert "imprint east" in pdf.Root.Metadata.read_bytes().decode()


def test_a_manifest_says_of_a_clinics_copy_what_it_says_of_the_edition(tmp_path: Path) -> None:
    """But for its name, its bytes and what it was made from: chapters that wait for a signature among the rest."""
    project = tiny.write(tmp_path / "reviewed", INSIDE)
    wanted = tiny.order(project, editions=("VIC",), titles=("main",), formats=("screen",), dist=project / "whole")
    (edition,) = build(wanted).files
    make(project, GOOD)
    (clinic,) = dispatch.read_manifest(project / "dist/VIC/imprints/east")
    assert edition.unsigned
    same: dict[str, Any] = {"file": "", "bytes": 0, "sha256": "", "inputs": "", "pages": 0}
    assert replace(clinic, **same) == replace(edition, **same)


def test_a_name_too_long_is_a_finding_with_its_row_and_never_cut(made: Receipt, project: Path) -> None:
    assert {(found.code, str(found.place)) for found in errors(made.findings)} == {("BOX-002", "dist.csv:3")}
    assert not (project / "dist/VIC/imprints/long").exists()


def test_a_panel_is_heard_behind_what_stands_on_its_page(made: Receipt, project: Path) -> None:
    (path,) = (project / "dist/VIC/imprints/east").glob("*.pdf")
    words = [line.strip().replace("\u00a0", " ") for line in transcript(load(path).top)]
    front, inside = words.index("From East Clinic"), words.index("My team: East Clinic")
    assert any("Issue 2026.1" in line for line in words[:front])
    assert words.index("Ring your team first.") < inside
    assert "link, (03) 9123 4567 (Phone (03) 9123 4567)" in words[inside:]
    assert "1 Sample Street" in words[words.index("East Clinic") :]
    assert front < inside < words.index("East Clinic")


def test_preflight_says_of_whole_files_what_it_says_of_parts_and_seams(made: Receipt, project: Path) -> None:
    for id in ("east", "west", "far"):
        report = examine(content_of(project, id), id, PROFILES["screen"])
        assert [str(each) for each in report.complaints] == []


def test_a_copy_is_the_same_when_it_is_made_alone(made: Receipt, project: Path) -> None:
    for row, id in ((GOOD, "east"), (WEST, "west"), (FAR, "far")):
        make(project, row, f"alone-{id}")
        assert content_of(project, id, f"alone-{id}") == content_of(project, id)


def test_what_is_there_is_not_made_again(made: Receipt, project: Path) -> None:
    again = make(project, GOOD + WEST + FAR.replace("Vi\u1ec7t", "Lan"))
    assert (again.built, len(again.files)) == (1, 3)
    assert errors(again.findings) == []


def test_where_the_disk_is_full_the_rest_is_named_and_made_the_next_time(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = 0

    def write(path: Path, content: bytes) -> None:
        nonlocal written
        written += 1
        if written > 1:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        path.write_bytes(content)

    with monkeypatch.context() as patch:
        patch.setattr(imprints, "write", write)
        first = make(project, GOOD + WEST + FAR, "full")
    (found,) = errors(first.findings)
    assert found.code == "SYS-002" and "west, far" in found.found
    assert [entry.file.split("/")[2] for entry in first.files] == ["east"]
    second = make(project, GOOD + WEST + FAR, "full")
    assert (second.built, len(second.files), errors(second.findings)) == (2, 3, [])


def test_a_file_that_no_build_has_made_is_never_replaced(project: Path) -> None:
    make(project, GOOD, "shared")
    foreign = project / "shared/VIC/imprints/west/tiny-VIC-2026.1-west-screen.pdf"
    foreign.parent.mkdir()
    foreign.write_bytes(b"somebody's own")
    receipt = make(project, GOOD.replace("Monday", "Tuesday") + WEST + FAR, "shared")
    (found,) = errors(receipt.findings)
    assert (found.code, str(found.place)) == ("SYS-002", "shared.csv:3") and foreign.name in found.found
    assert [entry.file.split("/")[2] for entry in receipt.files] == ["east", "far"]
    assert foreign.read_bytes() == b"somebody's own"
    foreign.unlink()
    assert errors(make(project, WEST, "shared").findings) == []


def test_copies_of_a_build_that_was_killed_are_its_own(project: Path) -> None:
    make(project, GOOD, "killed")
    content, own = content_of(project, "east", "killed"), project / "killed/VIC/imprints/east"
    aside = project / f"killed/{ASIDE}x/imprints-1"
    aside.mkdir(parents=True)
    (own / dispatch.MANIFEST).rename(aside / dispatch.MANIFEST)
    receipt = make(project, GOOD.replace("Monday", "Tuesday"), "killed")
    assert (errors(receipt.findings), receipt.built) == ([], 1)
    assert content_of(project, "east", "killed") != content and (own / dispatch.MANIFEST).exists()


def test_copies_go_into_no_folder_of_another_project(project: Path, tmp_path: Path) -> None:
    other = tiny.write(tmp_path / "other", INSIDE)
    (project / "clinics.csv").write_text(HEADER + GOOD)
    for folder in (other / "dist", project / "chapters/copies"):
        receipt = build(tiny.order(project, imprints=project / "clinics.csv", formats=("screen",), dist=folder))
        assert [found.code for found in errors(receipt.findings)] == ["SYS-002"]
        assert not folder.exists()


def test_a_cluster_makes_no_imprints_and_says_so(project: Path) -> None:
    options = ["build", "--project", str(project), "--imprints", str(project / "none.csv")]
    refused = CliRunner().invoke(main, [*options, "--scheduler", "local:2"])
    assert refused.exit_code == 2 and "do not go together" in refused.output


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process does not know what is patched here")
def test_what_the_engine_made_for_earlier_clinics_is_given_up(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect, counts = gc.collect, tmp_path / "counts"

    def counted() -> int:
        """What a batch does first: in a process of its own, of which a file tells."""
        found = collect()
        with counts.open("a") as file:
            print(len(gc.get_objects()), file=file)
        return found

    monkeypatch.setattr("gc.collect", counted)
    monkeypatch.setattr(imprints, "ROWS_AT_ONCE", 5)
    gc.disable()
    try:
        make(project, "".join(f"g-{number},Clinic {number},,,,,,,VIC\n" for number in range(30)), "freed")
    finally:
        gc.enable()
    there = [int(line) for line in counts.read_text().split()]
    assert len(there) == 6 and there[-1] < 1.05 * there[1]


def test_after_ctrl_c_what_was_made_stays_and_the_next_build_goes_on(project: Path) -> None:
    table, dist = project / "many.csv", project / "many"
    table.write_text("id,name,edition\n" + "".join(f"c-{number},Clinic {number},VIC\n" for number in range(120)))
    options = ["--project", str(project), "--imprints", str(table), "--out", str(dist), "--format", "screen"]
    running = subprocess.Popen(
        [sys.executable, "-m", "booklet", "build", *options, "--date", str(TODAY), "--jobs", "2"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_interrupts,
    )
    while running.poll() is None and not list(dist.glob("VIC/imprints/*/manifest.json")):
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=HANG_SECONDS)
    assert (running.returncode, "The copies that were made stay" in told, "Traceback" in told) == (1, True, False)
    there = len(list(dist.glob("VIC/imprints/*/*.pdf")))
    assert 0 < there < 120 and [path.name for path in dist.iterdir()] == ["VIC"]
    wanted = tiny.order(project, imprints=table, formats=("screen",), dist=dist, use_cache=True, editions=("VIC",))
    receipt = build(wanted)
    assert (len(receipt.files), receipt.built, errors(receipt.findings)) == (120, 120 - there, [])


def test_one_process_makes_copies_of_each_text_that_it_is_given(tmp_path: Path) -> None:
    """Frames are kept from batch to batch, and never from one text, or one project, to the next."""

    def words(project: Path) -> str:
        table = project / "clinics.csv"
        table.write_text(HEADER + GOOD)
        order = tiny.order(project, imprints=table, formats=("screen",), editions=("VIC",), jobs=1, use_cache=True)
        receipt = build(order)
        assert errors(receipt.findings) == []
        return "\n".join(transcript(load(order.dist / receipt.files[0].file).top))

    first = tiny.write(tmp_path / "first", INSIDE)
    assert "One point" in words(first)
    chapter = first / tiny.ONE
    chapter.write_text(chapter.read_text().replace("One point", "Another point"))
    assert "Another point" in words(first)
    assert "One point" in words(tiny.write(tmp_path / "second", INSIDE))


def test_what_has_no_panels_is_refused(project: Path) -> None:
    path = project / "clinics.csv"
    path.write_text(HEADER + GOOD)
    with pytest.raises(BookletError, match="main booklet"):
        build(tiny.order(project, imprints=path, titles=("bone",)))


@pytest.mark.slow
@pytest.mark.judged
def test_copies_with_logos_of_every_kind_are_accepted_by_the_outside_judge(verapdf: str, tmp_path: Path) -> None:
    """As PDF/UA-1 and PDF/A-2a, or as PDF/UA-2 and WTPDF: gradients, see-through colours, pixels."""
    logos: tiny.Overlay = {"chapters/images/g.svg": GRADIENT, "chapters/images/p.png": photo(600, 300)}
    project = tiny.write(tmp_path, {**printed(), **INSIDE, **logos})
    table = project / "clinics.csv"
    table.write_text(HEADER + GOOD + "g,G,,,,,images/g.svg,,VIC\np,P,,,,,images/p.png,,VIC\n")
    for part, profiles in ((1, ("ua1", "2a")), (2, ("ua2", "wt1a"))):
        receipt = build(tiny.order(project, imprints=table, pdf_ua=part))
        files = [project / "dist" / entry.file for entry in receipt.files]
        assert len(files) == 6
        for profile in profiles:
            assert judged(verapdf, files, profile) == {file.name: True for file in files}


SAMPLE = 'Sample Clinic {0},"{0} Sample Street",(03) 9123 45{0:02},0491 570 156,Monday,,English,VIC'
LOGO_OF_PROJECT = "images/opener-tests.svg"


@pytest.mark.slow
@pytest.mark.judged
def test_a_sample_of_real_copies_is_accepted_by_the_outside_judge(verapdf: str, tmp_path: Path) -> None:
    kinds = ("Sample Clinic {0},,,,,,,VIC", "Ph\u00f2ng kh\u00e1m {0},,(03) 9123 45{0:02},,,{1},,VIC", SAMPLE)
    rows = [f"c-{number},{kinds[number % 3].format(number, LOGO_OF_PROJECT)}\n" for number in range(20)]
    table = tmp_path / "clinics.csv"
    table.write_text(HEADER + "".join(rows))
    order = replace(tiny.order(PROJECT, imprints=table, formats=("screen",)), dist=tmp_path / "dist", use_cache=True)
    receipt = build(order)
    files = [tmp_path / "dist" / entry.file for entry in receipt.files]
    assert len(files) == 20
    assert set(judged(verapdf, files, "ua1").values()) == {True}
    assert set(judged(verapdf, files, "2a").values()) == {True}
    for file in files[:3]:
        assert examine(file.read_bytes(), file.name, PROFILES["screen"]).complaints == ()
