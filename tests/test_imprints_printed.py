"""Clinics' own copies on paper: each one's kit in grey, and one press job whose covers alone differ."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from booklet import dispatch, imprint_panels
from booklet.build import Receipt, build
from booklet.findings import BookletError, Finding
from booklet.finishing import covers
from booklet.formats import PrintOptions
from booklet.pdf import Camera, geometry_of
from booklet.preflight import PROFILES, examine
from booklet.starters import Wishes, new_project
from tests import tiny
from tests.conftest import TODAY, needs
from tests.inks import ghostscript
from tests.judges import inks_laid
from tests.printed import GRADIENT, printed
from tests.tiny import BOOK, INSIDE, errors

pytestmark = pytest.mark.slow

HEADER = "id,name,address,phone,sms,hours,logo,languages,copies,edition\n"
EAST = 'east,East Clinic,"1 Sample Street",(03) 9123 4567,0491 570 156,Monday to Friday,,English,300,VIC\n'
WEST = "west,West Clinic,,,,,images/see-through.svg,,20,VIC\n"
FAR = "far,Ph\u00f2ng kh\u00e1m Vi\u1ec7t,,,,,images/logo.png,,7,VIC\n"
LONG = f"long,{'Very Long Name of a Clinic ' * 6},,,,,,,5,VIC\n"
THIN = "thin,Thin Clinic,,,,,images/thin.svg,,5,VIC\n"
LINE = '<path d="M0 1L20 9" stroke="#000000" stroke-width="{}"/>'
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10">{}</svg>'


def png() -> bytes:
    """A picture of three colours, one of them see-through, as fine as a press shows."""
    picture = Image.new("RGBA", (600, 300), (176, 32, 32, 255))
    picture.paste((32, 32, 176, 96), (200, 0, 400, 300))
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    logos: tiny.Overlay = {
        "chapters/images/see-through.svg": GRADIENT.replace("/></svg>", ' fill-opacity="0.5"/></svg>'),
        "chapters/images/logo.png": png(),
        "chapters/images/thin.svg": DRAWING.format(LINE.format(0.01)),
    }
    return tiny.write(tmp_path_factory.mktemp("printed"), {**printed(), **INSIDE, **logos})


def make(project: Path, form: str, rows: str, out: str = "dist", **options: object) -> Receipt:
    """Copies of some clinics in one format, in this process."""
    table = project / f"{out}.csv"
    table.write_text(HEADER + rows)
    printing = PrintOptions(**options)  # type: ignore[arg-type]
    wanted = tiny.order(project, imprints=table, formats=(form,), dist=project / out, use_cache=True, printing=printing)
    return build(wanted)


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of a folder, by what their names end in behind the issue."""
    return {path.name.partition("2026.1-")[2]: path.read_bytes() for path in folder.iterdir() if path.suffix != ".json"}


def codes(findings: Iterable[Finding]) -> dict[str, set[str]]:
    """The codes of errors, by the line that they are of."""
    found: dict[str, set[str]] = {}
    for finding in errors(findings):
        found.setdefault(str(finding.place), set()).add(finding.code)
    return found


def looks(content: bytes) -> list[bytes]:
    """The pages of a file as pixels."""
    camera = Camera(content)
    with pikepdf.Pdf.open(io.BytesIO(content)) as pdf:
        return [camera.picture(i, geometry_of(page.obj)[0], 60).tobytes() for i, page in enumerate(pdf.pages)]


@pytest.fixture(scope="module")
def kits(project: Path) -> Receipt:
    return make(project, "clinic", EAST + LONG + WEST + THIN + FAR)


@pytest.fixture(scope="module")
def job(project: Path) -> dict[str, bytes]:
    receipt = make(project, "press", EAST + LONG + WEST + THIN + FAR, "press")
    assert codes(receipt.findings) == {"press.csv:3": {"BOX-002"}, "press.csv:5": {"INK-113"}}
    return files_of(project / "press/VIC/imprints-press")


def test_each_clinic_has_its_kit_and_a_bad_row_stops_no_other(kits: Receipt, project: Path) -> None:
    assert codes(kits.findings) == {"dist.csv:3": {"BOX-002"}, "dist.csv:5": {"INK-113"}}
    folder = project / "dist/VIC/imprints"
    assert sorted(path.name for path in folder.iterdir()) == ["east", "far", "west"]
    assert sorted(files_of(folder / "east")) == ["east-clinic-plain.pdf", "east-clinic.pdf"]
    assert {(each.volumes, each.order_code) for each in dispatch.read_manifest(folder / "east")} == {(2, "HKV 4TU")}
    with pikepdf.Pdf.open(folder / "east/tiny-VIC-2026.1-east-clinic.pdf") as pdf:
        assert str(pdf.docinfo.Keywords) == "imprint east"


def test_the_kit_is_that_of_the_edition_but_for_its_panels(kits: Receipt, project: Path) -> None:
    """Pages without a panel look the same, those with one do not."""
    wanted = tiny.order(project, editions=("VIC",), titles=("main",), formats=("clinic",), dist=project / "usual")
    build(wanted)
    usual = (project / "usual/VIC/tiny-VIC-2026.1-clinic-plain.pdf").read_bytes()
    east = files_of(project / "dist/VIC/imprints/east")["east-clinic-plain.pdf"]
    pages = [one == other for one, other in zip(looks(usual), looks(east), strict=True)]
    assert [index for index, same in enumerate(pages) if not same] == [0, 1, len(pages) - 1]


def test_ghostscript_sees_grey_alone_in_kits(kits: Receipt, project: Path, tmp_path: Path) -> None:
    for id in ("east", "west", "far"):
        for content in files_of(project / "dist/VIC/imprints" / id).values():
            assert {inks[:3] for inks in inks_laid(content, tmp_path)} == {(0.0, 0.0, 0.0)}


@pytest.mark.parametrize("form", ["clinic", "press"])
def test_the_verdict_of_parts_is_that_of_the_finished_bytes(
    form: str, project: Path, kits: Receipt, job: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copies that are delivered have nothing wrong with them; what a row is kept back for is in its copy as well."""
    good = job if form == "press" else files_of(project / "dist/VIC/imprints/west")
    for name, content in good.items():
        if name.endswith("pdf") and "list" not in name and "ticket" not in name:
            assert [str(each) for each in examine(content, name, PROFILES[form]).complaints] == []
    monkeypatch.setattr(imprint_panels, "_told", lambda *_: iter(()))
    if form == "press":
        monkeypatch.setattr("booklet.imprints.examined", lambda _: None)
    make(project, form, THIN, f"unjudged-{form}")
    folder = "imprints-press" if form == "press" else "imprints/thin"
    spoilt = files_of(project / f"unjudged-{form}/VIC" / folder)
    name = "imprints-press-covers.pdf" if form == "press" else "thin-clinic.pdf"
    assert {each.code for each in examine(spoilt[name], name, PROFILES[form]).complaints} == {"INK-113"}


def test_a_kit_is_the_same_when_it_is_made_alone(kits: Receipt, project: Path) -> None:
    for row, id in ((EAST, "east"), (WEST, "west"), (FAR, "far")):
        make(project, "clinic", row, f"alone-{id}")
        alone = files_of(project / f"alone-{id}/VIC/imprints" / id)
        assert alone == files_of(project / "dist/VIC/imprints" / id)


def test_backs_of_printers_with_one_side_have_their_panels(project: Path) -> None:
    receipt = make(project, "clinic", EAST, "manual", duplex="manual")
    assert errors(receipt.findings) == []
    files = files_of(project / "manual/VIC/imprints/east")
    assert sorted(files) == ["east-clinic-backs.pdf", "east-clinic-fronts.pdf", "east-clinic-plain.pdf"]
    assert make(project, "clinic", EAST, "manual", duplex="manual").built == 0


def test_a_press_job_has_one_body_and_the_covers_in_the_order_of_the_rows(job: dict[str, bytes], project: Path) -> None:
    wanted = tiny.order(project, editions=("VIC",), titles=("main",), formats=("press",), dist=project / "separate")
    build(replace(wanted, printing=PrintOptions(cover_separate=True)))
    usual = files_of(project / "separate/VIC")
    assert job["imprints-press.pdf"] == usual["press.pdf"]
    with pikepdf.Pdf.open(io.BytesIO(job["imprints-press-covers.pdf"])) as pdf:
        assert len(pdf.pages) == 12
    looked, cover = looks(job["imprints-press-covers.pdf"]), looks(usual["press-cover.pdf"])
    assert looked[2] != looked[6] and len(cover) == 4  # the slug names the clinic
    rows = list(csv.reader(io.StringIO(job["imprints-press-cut-list.csv"].decode())))
    assert [(row[0], *row[2:5], row[6]) for row in rows[1:]] == [
        ("1", "1", "4", "east", "300"),
        ("2", "5", "8", "west", "20"),
        ("3", "9", "12", "far", "7"),
    ]


def test_covers_are_those_of_the_edition_with_the_panels_of_their_clinic(job: dict[str, bytes], project: Path) -> None:
    """Without marks, pages that bear no panel look as those of the edition do; a clinic's are the same in any job."""
    make(project, "press", EAST + FAR, "bare", marks=False)
    make(project, "press", FAR, "bare-alone", marks=False)
    wanted = tiny.order(project, editions=("VIC",), titles=("main",), formats=("press",), dist=project / "bare-usual")
    build(replace(wanted, printing=PrintOptions(cover_separate=True, marks=False)))
    name = "imprints-press-covers.pdf"
    both, alone = (looks(files_of(project / out / "VIC/imprints-press")[name]) for out in ("bare", "bare-alone"))
    usual = looks(files_of(project / "bare-usual/VIC")["press-cover.pdf"])
    assert both[4:] == alone
    assert [one == other for one, other in zip(usual, alone, strict=True)] == [False, False, True, False]


def test_covers_claim_what_press_files_claim_and_keep_to_their_ink(
    job: dict[str, bytes], project: Path, tmp_path: Path
) -> None:
    content = job["imprints-press-covers.pdf"]
    with pikepdf.Pdf.open(io.BytesIO(content)) as pdf:
        (intent,) = pdf.Root.OutputIntents
        assert str(intent.S) == "/GTS_PDFX" and "PDF/X-4" in pdf.Root.Metadata.read_bytes().decode()
        page = pdf.pages[0].obj
        media, bleed, trim = (list(map(float, page[key])) for key in ("/MediaBox", "/BleedBox", "/TrimBox"))
        assert media[:2] == [0, 0] and trim[0] - bleed[0] == pytest.approx(3 / 25.4 * 72, abs=0.01)
        geometries = [geometry_of(page.obj)[0] for page in pdf.pages]
    needs("gs")
    path = tmp_path / "covers.pdf"
    path.write_bytes(content)
    most = [ghostscript(path, index + 1, geometry) for index, geometry in enumerate(geometries)]
    assert max(filter(None, most)) <= PROFILES["press"].ink_limit_percent


def test_the_ticket_asks_for_as_many_copies_as_clinics_do(job: dict[str, bytes], project: Path) -> None:
    def ticket(out: str) -> dict[str, object]:
        (path,) = (project / out / "VIC/imprints-press").glob("*-ticket.json")
        found: dict[str, object] = json.loads(path.read_text())
        return found

    told = ticket("press")
    assert (told["quantity"], told["covers"], told["cover_is_separate"]) == (327, 3, True)
    make(project, "press", EAST + WEST.replace(",20,", ",,"), "unsaid")
    assert ticket("unsaid")["quantity"] is None


def test_covers_of_many_clinics_are_several_files_each_small_enough_to_be_examined(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(covers, "MOST_PAGES", 8)
    receipt = make(project, "press", EAST + WEST + FAR, "several")
    assert errors(receipt.findings) == []
    files = files_of(project / "several/VIC/imprints-press")
    rows = list(csv.DictReader(io.StringIO(files["imprints-press-cut-list.csv"].decode())))
    assert [(row["file"].rpartition("-")[2], row["first page"]) for row in rows] == [
        ("1.pdf", "1"),
        ("1.pdf", "5"),
        ("2.pdf", "1"),
    ]
    with pikepdf.Pdf.open(io.BytesIO(files["imprints-press-covers-2.pdf"])) as pdf:
        assert len(pdf.pages) == 4


def test_a_press_job_is_made_again_when_it_asks_for_other_copies_and_kits_are_not(project: Path) -> None:
    rows = EAST + FAR
    assert make(project, "press", rows, "again").built == 6
    assert make(project, "clinic", rows, "again").built == 4
    assert (make(project, "press", rows, "again").built, make(project, "clinic", rows, "again").built) == (0, 0)
    fewer = rows.replace(",300,", ",200,")
    assert (make(project, "press", fewer, "again").built, make(project, "clinic", fewer, "again").built) == (6, 0)


@pytest.mark.parametrize("copies", ["0", "-3", "many", "1.5", "9999999"])
def test_copies_that_are_no_number_of_copies_are_named(copies: str, project: Path) -> None:
    receipt = make(project, "press", EAST.replace(",300,", f",{copies},") + FAR, "counted")
    assert set(codes(receipt.findings)) == {"counted.csv:2"}


def test_covers_on_the_paper_of_the_body_are_refused(project: Path) -> None:
    with pytest.raises(BookletError, match="covers are files of their own"):
        make(project, "press", EAST, "same", cover_separate=False)


def test_without_a_printer_or_a_signature_there_is_no_press_job(tmp_path: Path) -> None:
    overlay = {**printed(), **INSIDE}
    book = str(overlay[BOOK])
    for name, words, code in (
        ("printer", 'printer = "here"\n', "SRC-010"),
        ("signature", "sample = true\n", "SRC-071"),
    ):
        project = tiny.write(tmp_path / name, {**overlay, BOOK: book.replace(words, "")})
        receipt = make(project, "press", EAST)
        assert receipt.files == () and code in {each.code for each in errors(receipt.findings)}


def test_a_panel_on_a_page_of_the_shared_body_is_refused(tmp_path: Path) -> None:
    inside = "chapters/pages/inside-cover.md"
    project = tiny.write(tmp_path, {**printed(), inside: str(INSIDE[inside]) + "\nMore words.\n" * 60})
    receipt = make(project, "press", EAST)
    (found,) = errors(receipt.findings)
    assert (found.code, found.place.file, receipt.files) == ("BOX-002", inside, ())


def test_a_leaflet_is_printed_whole_for_each_clinic(tmp_path: Path) -> None:
    project = tmp_path / "mine"
    new_project(project, Wishes(starter="leaflet", panels=4, regions=("VIC",)), TODAY)
    receipt = make(project, "press", EAST + EAST.replace("east", "west"))
    assert errors(receipt.findings) == []
    pages = {entry.file.rpartition("press-")[2]: entry.pages for entry in receipt.files}
    assert (pages.pop("covers.pdf"), sorted(pages)) == (
        8,
        ["cut-list.csv", "cut-list.pdf", "ticket.json", "ticket.pdf"],
    )
