"""Files that no honest program writes: a finding, never a traceback, in bounded time and memory."""

from __future__ import annotations

import io
import json
import random
import re
import zlib
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner
from pikepdf import Array, Dictionary, Encryption, Name, Pdf, Permissions

from booklet.bounds import Bounds
from booklet.cli import main
from booklet.pdf import Content, FontTable, read_page
from booklet.pdf import tree as structure
from booklet.pdf.content import FORM_COST, MAX_OPERATORS
from booklet.preflight import PROFILES, UnreadableFileError, bounds, dossier, examine, examine_file
from tests import pdfs
from tests.test_preflight_checks import codes

SCREEN = PROFILES["screen"]


def with_tree(top: Dictionary | None = None) -> Pdf:
    """A clean file with room for a strange tree."""
    pdf = pdfs.clean()
    if top is not None:
        pdf.Root.StructTreeRoot.K = pdf.make_indirect(top)
    return pdf


@pytest.mark.parametrize(
    "content",
    [b"", b"words", b"%PDF-1.7\n", b"%PDF-1.7\ntrailer<</Root 1 0 R>>", b"\0" * 5000, b"%PDF-1.7\n" + b"<" * 9999],
)  # fmt: skip
def test_what_is_no_pdf_is_said_so(content: bytes) -> None:
    (complaint,) = examine(content, "file.pdf", SCREEN).complaints
    assert complaint.code == "SYS-101"


def test_an_encrypted_file_is_said_so() -> None:
    pdf, locked = pdfs.clean(), io.BytesIO()
    pdf.save(locked, encryption=Encryption(owner="one", user="two"))
    assert codes(locked.getvalue(), "screen") == {"SYS-102"}
    barred = io.BytesIO()
    pdf.save(
        barred,
        encryption=Encryption(
            owner="one", user="", R=3, aes=False, metadata=False, allow=Permissions(accessibility=False)
        ),
    )
    assert codes(barred.getvalue(), "screen") == {"ACC-127"}
    assert "SYS-112" in codes(barred.getvalue(), "press")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.999])
def test_a_truncated_file_is_never_clean(share: float) -> None:
    whole = pdfs.saved(pdfs.clean())
    found = codes(whole[: int(len(whole) * share)], "screen")
    assert found & {"SYS-101", "SYS-103", "SYS-110"}


def test_a_file_without_pages_is_said_so() -> None:
    assert codes(pdfs.saved(Pdf.new()), "screen") == {"SYS-103"}


def test_of_ten_thousand_pages_the_first_are_read_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def counting(page: pikepdf.Page, index: int, fonts: FontTable) -> Content:
        read.append(index)
        return read_page(page, index, fonts)

    monkeypatch.setattr(dossier, "read_page", counting)
    pdf = Pdf.new()
    for _ in range(10_000):
        pdf.add_blank_page(page_size=(100, 100))
    assert "SYS-104" in codes(pdfs.saved(pdf), "clinic")
    assert read == list(range(dossier.MAX_PAGES))


def test_boxes_inherited_negative_and_turned_are_understood() -> None:
    pdf = pdfs.clean("clinic")
    pages = pdf.Root.Pages
    pages.MediaBox = Array([pdfs.A5[0], pdfs.A5[1], 0, 0])
    for page in pdf.pages:
        del page.obj["/MediaBox"]
        page.obj.Rotate = 270
        page.obj.UserUnit = 2
    found = examine(pdfs.saved(pdf), "file.pdf", PROFILES["clinic"])
    assert {complaint.code for complaint in found.complaints} == {"BOX-108"}
    sizes = {complaint.code: complaint for complaint in found.complaints}
    assert sizes["BOX-108"].pages == (1, 2, 3, 4)


def test_places_are_in_millimetres_from_the_top_left_of_the_trim_box() -> None:
    content = pdfs.spoilt("press", lambda pdf: pdfs.draw(pdf, "0 0 1 rg 100 100 50 50 re f"))
    (complaint,) = examine(content, "file.pdf", PROFILES["press"]).complaints
    (spot,) = complaint.spots
    edge = pdfs.SLUG + pdfs.BLEED
    wanted = ((100 - edge), pdfs.A5[1] + edge - 150, 50, 50)
    assert spot.page_index == 1 and spot.place_mm
    assert [round(v, 2) for v in spot.place_mm] == [round(v * 25.4 / 72, 2) for v in wanted]
    assert f"Page 2 at {wanted[0] * 25.4 / 72:.0f}, {wanted[1] * 25.4 / 72:.0f} mm" in complaint.as_finding("x").found


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_page_has_its_places_turned(turn: int) -> None:
    """A mark at the foot of the page as written, on the left: where it is seen depends on the turn."""
    pdf = pdfs.clean("clinic")
    for page in pdf.pages:
        page.obj.Rotate = turn
    pdfs.draw(pdf, "1 0 0 rg 72 36 36 18 re f")
    found = examine(pdfs.saved(pdf), "file.pdf", PROFILES["clinic"]).complaints
    place = next(each.spots[0].place_mm for each in found if each.code == "INK-102")
    width, height = pdfs.A5
    seen = {
        0: (72, height - 54, 36, 18), 90: (36, 72, 18, 36), 180: (width - 108, 36, 36, 18),
        270: (height - 54, width - 108, 18, 36),
    }[turn]  # fmt: skip
    assert place and [round(v * 72 / 25.4) for v in place] == [round(v) for v in seen]


@pytest.mark.parametrize(
    "stream", [b"q q q BT (", b"[[[[[[", b"1 0 0 rg 5", b"\xff" * 400, b"BT /F 1e99 Tf (x) Tj ET " * 50]
)
def test_broken_content_ends_in_findings(stream: bytes) -> None:
    pdf = pdfs.clean()
    pdf.pages[1].Contents.write(stream)
    assert codes(pdfs.saved(pdf), "screen")


def test_a_stream_that_cannot_be_unpacked_is_damaged() -> None:
    pdf = pdfs.clean()
    pdf.pages[1].Contents.write(zlib.compress(b"0 g 0 0 9 9 re f" * 500)[:40], filter=Name.FlateDecode)
    assert codes(pdfs.saved(pdf), "screen") & {"SYS-105", "SYS-110", "ACC-109"}


def test_a_stream_that_is_packed_wrongly_is_damaged() -> None:
    """Found while its size is looked at, before it is read."""
    pdf = pdfs.clean()
    packed = bytearray(zlib.compress(b"0 g 0 0 9 9 re f " * 500))
    packed[8:16] = b"\xff" * 8
    pdf.pages[1].Contents.write(bytes(packed), filter=Array([Name.FlateDecode]))
    assert "SYS-105" in codes(pdfs.saved(pdf), "screen")


def test_a_form_that_draws_itself_ends() -> None:
    pdf = pdfs.clean("clinic")
    form = pdf.make_stream(b"/Me Do /Me Do", Dictionary(Subtype=Name.Form, BBox=Array([0, 0, 9, 9])))
    form.Resources = Dictionary(XObject=Dictionary(Me=form))
    pdf.pages[1].Resources.XObject.Me = form
    pdfs.draw(pdf, "/Me Do")
    content = read_page(pdf.pages[1], 1, FontTable())
    assert content.operators <= MAX_OPERATORS + FORM_COST + 2
    assert codes(pdfs.saved(pdf), "clinic") & {"SYS-104", "SYS-105"}


def test_a_tree_that_turns_back_on_itself_is_said_so() -> None:
    pdf = pdfs.clean()
    tree = pdf.Root.StructTreeRoot
    tree.K.K[0].K = tree.K
    assert "ACC-110" in codes(pdfs.saved(pdf), "screen")


def test_a_tree_ten_thousand_deep_is_said_so() -> None:
    pdf = pdfs.clean()
    inner = pdf.make_indirect(Dictionary(S=Name.Div))
    for _ in range(10_000):
        inner = pdf.make_indirect(Dictionary(S=Name.Div, K=inner))
    pdf.Root.StructTreeRoot.K.K.append(inner)
    assert codes(pdfs.saved(pdf), "screen") == {"ACC-110"}


def test_more_elements_than_any_book_has_are_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure, "MAX_ELEMENTS", 2_000)
    pdf = pdfs.clean()
    many = Array([Dictionary(S=Name.P)] * 1000)
    for _ in range(3):
        pdf.Root.StructTreeRoot.K.K.append(pdf.make_indirect(Dictionary(S=Name.Div, K=many)))
    assert "ACC-110" in codes(pdfs.saved(pdf), "screen")


@pytest.mark.parametrize("tree", [Array(), Dictionary(Nums=Array([0, 1])), Dictionary(Kids=Array([5])), 7])
def test_a_wrong_parent_tree_is_said_so(tree: object) -> None:
    pdf = pdfs.clean()
    pdf.Root.StructTreeRoot.ParentTree = tree
    assert "ACC-109" in codes(pdfs.saved(pdf), "screen")


@pytest.mark.parametrize(
    "key", ["/Pages", "/MarkInfo", "/ViewerPreferences", "/StructTreeRoot", "/Metadata", "/OutputIntents"]
)
@pytest.mark.parametrize("value", ["[1 2]", "(words)", "<</A 1>>", "5"])
def test_a_catalog_of_the_wrong_kinds_never_ends_in_a_traceback(key: str, value: str) -> None:
    for made in ("screen", "press"):
        pdf = pdfs.clean(made)
        pdf.Root[key] = pikepdf.Object.parse(value.encode())
        try:
            content = pdfs.saved(pdf)
        except (pikepdf.PdfError, ValueError, TypeError):
            pytest.skip("cannot be written either")
        needed = key != "/OutputIntents" if made == "screen" else key in ("/OutputIntents", "/Pages", "/Metadata")
        assert bool(codes(content, made)) == needed


@pytest.mark.slow
def test_a_page_of_the_wrong_kinds_never_ends_in_a_traceback() -> None:
    for key in ("/Resources", "/Annots", "/Group", "/StructParents", "/Tabs", "/UserUnit", "/Contents", "/AA"):
        for value in ("[1]", "(x)", "<</A <</S 5>> >>", "-1"):
            pdf = pdfs.clean()
            pdf.pages[1].obj[key] = pikepdf.Object.parse(value.encode())
            content = pdfs.saved(pdf)
            for profile in ("screen", "press"):
                assert examine(content, "file.pdf", PROFILES[profile]).pages in (0, 4)


@pytest.mark.slow
def test_files_mangled_at_random_never_end_in_a_traceback() -> None:
    """Bytes, numbers and names put in each other's place, the same ones at every run."""
    chance = random.Random(8)
    whole = {name: _unpacked(pdfs.clean(name)) for name in ("screen", "press", "clinic")}
    for _ in range(90):
        name = chance.choice(sorted(whole))
        content = bytearray(whole[name])
        for _ in range(chance.choice((1, 4, 16))):
            kind = chance.choice((rb"(?<=[ \[])-?\d+(?=[ \]/>])", rb"/[A-Z]\w+", rb"[ -~]"))
            one = chance.choice(list(re.finditer(kind, content)))
            other = chance.choice((b"-1", b"99999999999", b"1 0 R", b"null", b"[]", b"<<>>", b"/X", b"(x)", b"\xff"))
            content[one.start() : one.end()] = other
        assert examine(bytes(content), "file.pdf", PROFILES[name]).pages >= 0


def _unpacked(pdf: Pdf) -> bytes:
    """The file with its dictionaries in the open."""
    target = io.BytesIO()
    pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.disable, static_id=True)
    return target.getvalue()


def test_a_file_is_examined_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = pdfs.path_of(
        tmp_path, pdfs.spoilt("screen", lambda pdf: pdfs.draw(pdf, pdfs.INK + " 100 100 50 50 re f", tagged=True))
    )
    examined = examine_file(path, SCREEN, pictures=True)
    assert [complaint.code for complaint in examined.report.complaints] == ["ACC-107"]
    assert examined.pictures[1].startswith(b"\x89PNG")


@pytest.mark.slow
def test_a_bomb_is_stopped(tmp_path: Path) -> None:
    """A page of 600 MB of nothing, packed into half a megabyte."""
    pdf = pdfs.clean("clinic")
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"\n" * 10_000_000) for _ in range(60)) + packer.flush()
    pdf.pages[1].Contents.write(packed, filter=Name.FlateDecode)
    content = pdfs.saved(pdf)
    assert len(content) < 1_000_000
    report = examine_file(pdfs.path_of(tmp_path, content), PROFILES["clinic"]).report
    told = [complaint for complaint in report.complaints if complaint.code in ("SYS-104", "SYS-105", "SYS-110")]
    assert told and report.pages == 4  # it was looked into to its end: neither time nor memory ran out


def test_time_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "FILE", Bounds(0.001, 2000))
    report = examine_file(pdfs.path_of(tmp_path, pdfs.saved(pdfs.clean())), SCREEN).report
    assert [complaint.code for complaint in report.complaints] == ["SYS-104"]


def test_a_path_without_a_file_is_an_error_of_use(tmp_path: Path) -> None:
    for path in (tmp_path / "none.pdf", tmp_path):
        with pytest.raises(UnreadableFileError):
            examine_file(path, SCREEN)
        assert CliRunner().invoke(main, ["preflight", str(path), "--profile", "screen"]).exit_code == 2


@pytest.mark.slow
def test_the_command_says_what_it_finds(tmp_path: Path) -> None:
    good = pdfs.path_of(tmp_path, pdfs.saved(pdfs.clean()), "good.pdf")
    wrong = pdfs.path_of(
        tmp_path, pdfs.spoilt("screen", lambda pdf: pdfs.draw(pdf, pdfs.INK + " 9 9 5 5 re f", tagged=True))
    )
    run = CliRunner().invoke
    page = tmp_path / "report.html"
    options = ["--profile", "screen", "--project", str(tmp_path)]
    assert run(main, ["preflight", str(good), *options]).exit_code == 0
    told = run(main, ["preflight", str(good), str(wrong), *options, "--report", str(page)])
    assert told.exit_code == 1
    assert "file.pdf: error ACC-107: Page 2 at " in told.output and "2 files; 1 error, 0 warnings" in told.output
    html = page.read_text("utf-8")
    assert "<h2>good.pdf</h2>" in html and 'alt="Page 2 with 1 finding framed"' in html and 'lang="en"' in html
    assert "http" not in html.replace("https://", "").split("<body>")[0]
    data = json.loads(run(main, ["preflight", str(wrong), *options, "--format", "json"]).stdout)
    (finding,) = data[0]["findings"]
    assert (finding["code"], finding["pages"], finding["places"][0]["page"]) == ("ACC-107", [2], 2)
    assert len(finding["places"][0]["mm"]) == 4
