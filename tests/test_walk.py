"""Laws of the walk: what a fault keeps back, what a change makes anew, and that the same comes out however it is made.

What was made is told by counts and by the files themselves: their bytes, and whether they were written again.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from booklet import jobs, transcript, walk
from booklet.build import KeptBack, Order, Receipt, build, check
from booklet.cli import main
from booklet.dispatch import read_manifest
from booklet.records import SourcesChangedError
from booklet.typesetting import Assets
from tests import tiny
from tests.conftest import HANG_SECONDS, PROJECT, TODAY
from tests.printed import photo, printed
from tests.tiny import INSERT, ONE, STATES, TWO, VIC, Overlay, added, errors, order

pytestmark = pytest.mark.slow

PHOTO = "chapters/images/photo.png"
HEAVY = ("weasyprint", "pydantic", "pikepdf", "jinja2", "fontTools")


def stamps(order: Order) -> dict[str, tuple[int, int]]:
    """Every file of an edition under `dist/`, with what changes when it is written again."""
    return {
        path.relative_to(order.dist).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in sorted(order.dist.glob("[A-Z]*/*"))
    }


def contents(order: Order) -> dict[str, bytes]:
    return {name: (order.dist / name).read_bytes() for name in stamps(order)}


def written(before: dict[str, tuple[int, int]], order: Order) -> set[str]:
    """The files that were written since."""
    return {name for name, stamp in stamps(order).items() if before.get(name) != stamp}


def built(order: Order) -> Receipt:
    receipt = build(order)
    assert [str(finding) for finding in errors(receipt.findings)] == []
    return receipt


# What a fault keeps back


def copied(order: Order, folder: Path) -> Order:
    """The same project elsewhere, with everything that was made for it."""
    shutil.copytree(order.project, folder)
    moved = replace(order, project=folder, dist=folder / "dist")
    assert built(moved).built == 0
    return moved


@pytest.fixture(scope="module")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Order:
    """Delivered in two formats. Victoria's edition has a picture of its own."""
    figure = '::: figure images/state.png alt="A photo that all can see"\nOf the state.\n:::'
    shown = f"{{% if edition.name == 'Victoria' %}}\n\n{figure}\n\n{{% endif %}}\n"
    overlay = printed() | {"chapters/images/state.png": photo(1600, 800)}
    overlay[TWO] = str(overlay[TWO]) + f"\n{shown}"
    project = tiny.write(tmp_path_factory.mktemp("pressed") / "project", overlay)
    wanted = order(project, formats=("screen", "press"), titles=("main",), use_cache=True)
    built(wanted)
    return wanted


@pytest.fixture
def coarse(pressed: Order, tmp_path: Path) -> Order:
    """Delivered; then the picture of Victoria's edition has too few pixels for a press."""
    wanted = copied(pressed, tmp_path / "project")
    (wanted.project / "chapters/images/state.png").write_bytes(photo(600, 300))
    return wanted


def older(order: Order) -> set[tuple[str, str, str]]:
    return {entry.key for entry in read_manifest(order.dist) if entry.is_older}


def test_a_fault_in_a_finished_file_keeps_back_its_job_alone(coarse: Order) -> None:
    before, files = stamps(coarse), contents(coarse)
    receipt = build(coarse)
    assert [finding.code for finding in errors(receipt.findings)] == ["INK-111"]
    assert receipt.failed and receipt.kept_back == (KeptBack("main", "VIC", "press"),)
    assert written(before, coarse) == {"VIC/tiny-VIC-2026.1-screen.pdf"}, "what has no fault is delivered"
    assert {name: content for name, content in contents(coarse).items() if "-press" in name} == {
        name: content for name, content in files.items() if "-press" in name
    }
    assert older(coarse) == {("main", "VIC", "press")}
    assert {(entry.edition, entry.format) for entry in receipt.files} == {
        ("VIC", "screen"), ("WA", "screen"), ("WA", "press"),
    }  # fmt: skip
    again = build(coarse)
    assert again.failed and again.kept_back == receipt.kept_back, "it is not forgotten"


def test_what_was_kept_back_is_delivered_once_it_is_mended(coarse: Order) -> None:
    build(coarse)
    (coarse.project / "chapters/images/state.png").write_bytes(photo(1700, 850))
    receipt = built(coarse)
    assert receipt.kept_back == () and older(coarse) == set()
    assert {entry.format for entry in receipt.files if entry.edition == "VIC"} == {"screen", "press"}


def test_all_or_nothing_keeps_everything_back(coarse: Order) -> None:
    before = stamps(coarse)
    receipt = build(replace(coarse, all_or_nothing=True))
    assert receipt.failed and receipt.files == () and receipt.built == 0
    assert stamps(coarse) == before
    assert set(receipt.kept_back) == {KeptBack("main", "VIC", form) for form in ("screen", "press")}
    assert older(coarse) == {("main", "VIC", form) for form in ("screen", "press")}, "neither is of these sources"


def test_the_command_says_what_was_kept_back_and_ends_with_status_1(coarse: Order) -> None:
    command = ["build", "--project", str(coarse.project), "--date", str(TODAY), "--title", "main", "--jobs", "1"]
    forms = ["--format", "screen", "--format", "press"]
    result = CliRunner().invoke(main, [*command, *forms])
    assert result.exit_code == 1 and "error INK-111" in result.stderr
    assert "Kept back: VIC main press." in result.stderr and result.stderr.count("Kept back") == 1
    assert "dist/VIC/tiny-VIC-2026.1-screen.pdf" in result.stdout and "VIC-2026.1-press" not in result.stdout
    strict = CliRunner().invoke(main, [*command, *forms, "--no-cache", "--all-or-nothing"])
    assert strict.exit_code == 1 and strict.stdout == ""


def test_no_source_is_at_fault_and_a_page_is_set(booklet: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the sources stops everything before the first page; the clean twin goes on to set it."""

    def steps(*_: Any) -> Any:
        raise AssertionError("a page is set")

    monkeypatch.setattr(walk, "run", steps)
    faulty = order(booklet(added("See [this](#nowhere).")), use_cache=True)
    receipt = build(faulty)
    assert receipt.failed and (receipt.typeset, receipt.reused, receipt.built, receipt.files) == (0, 0, 0, ())
    assert not faulty.dist.exists()
    with pytest.raises(AssertionError, match="a page is set"):
        build(order(booklet(), use_cache=True))


# What a change makes anew


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Order:
    """The main booklet and an insert, two states, two formats, built."""
    project = tiny.write(tmp_path_factory.mktemp("packed") / "project", INSERT)
    wanted = order(project, formats=("screen", "large-print"), use_cache=True)
    built(wanted)
    return wanted


@pytest.fixture
def pack(packed: Order, tmp_path: Path) -> Order:
    """The same, for one test to change."""
    return copied(packed, tmp_path / "project")


def rewrite(order: Order, file: str, old: str, new: str) -> None:
    path = order.project / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def named(*, title: str = "tiny-", states: tuple[str, ...] = ("VIC", "WA")) -> set[str]:
    forms = ("screen", "large-print")
    return {f"{state}/{title}{state}-2026.1-{form}.pdf" for state in states for form in forms}


def test_nothing_changed_makes_nothing_and_the_next_day_neither(pack: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stamps(pack)
    monkeypatch.setitem(sys.modules, "booklet.walk", None)
    first = built(pack)
    assert (first.built, first.typeset, first.reused) == (0, 0, 0)
    assert built(replace(pack, today=TODAY + timedelta(days=1))).files == first.files
    assert stamps(pack) == before


def test_one_word_makes_what_holds_it_and_nothing_else(pack: Order) -> None:
    before = stamps(pack)
    rewrite(pack, ONE, "## A heading", "## A title")
    rewrite(pack, TWO, "#one-a-heading", "#one-a-title")
    receipt = built(pack)
    assert written(before, pack) == named()
    before = stamps(pack)
    rewrite(pack, ONE, "One point", "A point")
    receipt = built(pack)
    assert written(before, pack) == named()
    assert (receipt.built, receipt.typeset) == (4, 2), "one part, which both states share, in each size of print"
    before = stamps(pack)
    rewrite(pack, "chapters/inserts/bone/02-b.md", "More of it", "Much of it")
    receipt = built(pack)
    assert written(before, pack) == named(title="tiny-bone-")
    assert receipt.built == 4


def test_one_service_of_one_state_leaves_the_files_of_other_states_untouched(pack: Order) -> None:
    before = stamps(pack)
    rewrite(pack, STATES, "(03) 5550 1234", "(03) 5550 4321")
    receipt = built(pack)
    assert written(before, pack) <= {*named(states=("VIC",)), *named(title="tiny-bone-", states=("VIC",))}
    assert written(before, pack) >= named(states=("VIC",))
    assert receipt.typeset == 2, "the directory, in each size of print"


def test_a_word_that_is_put_back_is_found_again(pack: Order) -> None:
    before = contents(pack)
    rewrite(pack, ONE, "One point", "A point")
    built(pack)
    rewrite(pack, ONE, "A point", "One point")
    receipt = built(pack)
    assert receipt.typeset == 0 and contents(pack) == before


NOTICE = '\n[[notices]]\ntitle = "Flood"\ntext = "Ring first."\nfrom = 2026-11-23\nuntil = 2026-11-24\n'


def test_a_day_makes_only_what_asks_for_it(booklet: Callable[..., Path]) -> None:
    text = str(INSERT["chapters/inserts/bone/02-b.md"]) + "\nPrinted on {{ today }}.\n"
    overlay = INSERT | {"chapters/inserts/bone/02-b.md": text, VIC: tiny.FILES[VIC] + NOTICE}
    wanted = order(booklet(overlay), formats=("screen", "large-print"), use_cache=True)
    built(wanted)
    before = stamps(wanted)
    tomorrow = replace(wanted, today=TODAY + timedelta(days=1))
    built(tomorrow)
    assert written(before, wanted) == named(title="tiny-bone-") | named(states=("VIC",)), "a date, and a notice"
    before = stamps(wanted)
    built(replace(wanted, today=TODAY + timedelta(days=2)))
    assert written(before, wanted) == named(title="tiny-bone-"), "the notice holds on"


def test_a_consent_that_ends_stops_the_build_on_that_day(booklet: Callable[..., Path]) -> None:
    voice: Overlay = {
        **added("::: voice consent=ann\nHer words.\n:::"),
        "chapters/consents.yaml": "- id: ann\n  given: 2026-01-01\n  expires: 2026-11-23\n",
    }
    wanted = order(booklet(voice), formats=("screen",), use_cache=True)
    built(wanted)
    before = stamps(wanted)
    assert built(replace(wanted, today=TODAY + timedelta(days=1))).built == 0
    late = build(replace(wanted, today=TODAY + timedelta(days=2)))
    assert [finding.code for finding in errors(late.findings)] == ["SRC-041"]
    assert stamps(wanted) == before


TOLD = """
import atexit, sys
atexit.register(lambda: print(sorted(set(sys.modules) & set({heavy!r}))))
from booklet.cli import main
main({arguments!r})
"""


def loaded(order: Order) -> list[str]:
    """The libraries that the command loads for a build."""
    arguments = ["build", "--project", str(order.project), "--date", str(order.today), "--quiet", "--jobs", "1"]
    arguments += [word for form in order.formats for word in ("--format", form)]
    code = TOLD.format(heavy=HEAVY, arguments=arguments)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT)
    assert done.returncode == 0, done.stderr
    names: list[str] = json.loads(done.stdout.splitlines()[-1].replace("'", '"'))
    return names


def test_that_nothing_changed_is_told_before_any_large_library_is_loaded(booklet: Callable[..., Path]) -> None:
    wanted = order(booklet(), formats=("screen",), use_cache=True)
    built(wanted)
    assert loaded(wanted) == []
    rewrite(wanted, ONE, "One point", "A point")
    assert {"pydantic", "pikepdf"} <= set(loaded(wanted)), "so they can be seen"


# The same, however it is made


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """The files of one pack, made in one process, in two, without a cache, and one edition after the other."""
    made: dict[str, dict[str, bytes]] = {}
    wishes: dict[str, dict[str, Any]] = {
        "one process": {"use_cache": True},
        "two processes": {"use_cache": True, "jobs": 2},
        "no cache": {"use_cache": False},
        "edition by edition": {"use_cache": True},
    }
    for name, wish in wishes.items():
        project = tiny.write(tmp_path_factory.mktemp("ways") / name.replace(" ", "-"), INSERT | printed())
        wanted = order(project, **wish)
        if name == "edition by edition":
            for code in ("WA", "VIC"):
                built(replace(wanted, editions=(code,)))
        else:
            built(wanted)
        made[name] = contents(wanted)
    return made


@pytest.mark.parametrize("way", ["two processes", "no cache", "edition by edition"])
def test_the_same_bytes_come_out_however_they_are_made(ways: dict[str, dict[str, bytes]], way: str) -> None:
    wanted, found = ways["one process"], ways[way]
    assert len(wanted) >= 24 and found.keys() == wanted.keys()
    assert [name for name in wanted if found[name] != wanted[name]] == []


def test_several_processes_are_used_where_there_is_work_for_them(
    booklet: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the test above: what is compared there is the work of two."""
    seen: list[int] = []

    def noting(steps: Any, processes: int, *rest: Any) -> Any:
        seen.append(processes)
        raise OSError(28, "Enough is known")

    monkeypatch.setattr(walk, "run", noting)
    project = booklet(INSERT | printed())
    build(order(project, jobs=2))
    build(order(project, jobs=1))
    build(order(project, jobs=2, editions=("VIC",), titles=("main",), formats=("screen",)))
    assert seen[0] == 2 and seen[1] == 1 and seen[2] < 2


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process does not know what is patched here")
@pytest.mark.parametrize("processes", [1, 2])
def test_a_process_that_ends_keeps_back_its_job_alone(
    booklet: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    """It is named, with the text; and the next build, in which nothing fails, makes what is missing."""
    wanted = order(booklet(), formats=("screen", "clinic"), editions=("VIC",), titles=("main",), jobs=processes)
    real = jobs.finished_files

    def ends(job: jobs.Job, *rest: Any) -> Any:
        if job.form.name == "clinic":
            os.kill(os.getpid(), signal.SIGKILL)
        return real(job, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(jobs, "finished_files", ends)
        receipt = build(wanted)
    (found,) = errors(receipt.findings)
    assert found.code == "SYS-005" and "VIC main clinic" in found.found and found.place.file.startswith("chapters")
    assert receipt.kept_back == (KeptBack("main", "VIC", "clinic"),)
    assert {entry.format for entry in receipt.files} == {"screen"}
    assert {entry.format for entry in built(wanted).files} == {"screen", "clinic"}


# Sources that change meanwhile


def saving(monkeypatch: pytest.MonkeyPatch, save: Callable[[int], object]) -> list[int]:
    """Has somebody save something each time when all pages are set and nothing is delivered yet."""
    real, times = walk._made, list[int]()

    def made(*given: Any) -> Any:
        result = real(*given)
        times.append(len(times))
        save(times[-1])
        return result

    monkeypatch.setattr(walk, "_made", made)
    return times


def text_of(order: Order) -> str:
    (path,) = order.dist.rglob("*.pdf")
    return "".join(transcript.transcript(transcript.load(path).top))


def test_a_chapter_that_is_saved_in_mid_build_is_read_again(
    booklet: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = order(booklet(), editions=("VIC",), formats=("screen",), use_cache=True)
    path = wanted.project / ONE
    old = path.read_text("utf-8")
    new = old.replace("One point", "Other words")
    times = saving(monkeypatch, lambda count: count or path.write_text(new, "utf-8"))
    assert not build(wanted).failed and len(times) == 2
    assert "Other words" in text_of(wanted)
    assert build(wanted).built == 0
    path.write_text(old, "utf-8")
    monkeypatch.undo()
    assert build(wanted).built == 1, "what the old words come to was never taken for delivered"
    assert "One point" in text_of(wanted)


def test_words_that_are_put_back_in_mid_build_are_noticed(
    booklet: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read, saved otherwise, and saved as before: the same words at both ends, and something else between."""
    wanted = order(booklet(), editions=("VIC",), formats=("screen",), use_cache=True)
    path = wanted.project / "chapters/images/plain.svg"
    old = path.read_bytes()

    def save(count: int) -> None:
        if not count:
            path.write_bytes(b"x")
            path.write_bytes(old)

    times = saving(monkeypatch, save)
    assert not build(wanted).failed and len(times) == 2


def test_sources_that_never_rest_end_the_build_and_nothing_is_delivered(
    booklet: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = order(booklet(), editions=("VIC",), formats=("screen",), use_cache=True)
    path = wanted.project / ONE
    saving(monkeypatch, lambda count: path.write_text(path.read_text("utf-8") + "\nMore.\n", "utf-8"))
    with pytest.raises(SourcesChangedError, match="Nothing was delivered"):
        build(wanted)
    assert list(wanted.dist.iterdir()) == []
    monkeypatch.undo()
    assert build(wanted).built == 1


def test_a_picture_that_changes_between_two_readings_is_no_other_picture(tmp_path: Path) -> None:
    """What a layout is kept under is the hash of what is drawn."""
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters/x.svg").write_bytes(b"one")
    assets = Assets(tmp_path / "chapters")
    first = assets("x.svg")
    (tmp_path / "chapters/x.svg").write_bytes(b"two")
    assert assets("x.svg") == first == b"one"
    assets.forget()
    assert assets("x.svg") == b"two"


# What somebody answers for

WAIVED = '[[waiver]]\ncode = "INK-112"\nwhere = "*-press.pdf"\nreason = "The photograph of 1962."\n'


def test_every_run_says_what_was_waived(booklet: Callable[..., Path]) -> None:
    project = booklet(printed(width=1000) | {"chapters/waivers.toml": WAIVED})
    wanted = order(project, editions=("VIC",), titles=("main",), formats=("press",), use_cache=True)
    said = {"INK-112 (The photograph of 1962.)": ("VIC/tiny-VIC-2026.1-press.pdf",)}
    assert built(wanted).waived == said
    command = ["build", "--project", str(project), "--date", str(TODAY), "--title", "main", "--edition", "VIC"]
    for forms in (["--format", "press", "--format", "screen"], ["--format", "press"]):
        result = CliRunner().invoke(main, [*command, *forms])
        assert "Waived: INK-112 (The photograph of 1962.) in VIC/tiny-VIC-2026.1-press.pdf" in result.stderr
        assert "; 1 waived; " in result.stderr
    assert [entry.waived for entry in read_manifest(wanted.dist) if entry.waived] == [tuple(said)]
    (project / "chapters/waivers.toml").unlink()
    receipt = build(wanted)
    assert receipt.waived == {} and "INK-112" in {finding.code for finding in receipt.findings}


@pytest.mark.parametrize("code", ["LNK-011", "ACC-301", "BOX-115", "ACC-110"])
def test_check_and_build_refuse_the_same_waivers(booklet: Callable[..., Path], code: str) -> None:
    wanted = order(booklet({"chapters/waivers.toml": WAIVED.replace("INK-112", code)}))
    for findings in (check(wanted), build(wanted).findings):
        assert [(finding.code, str(finding.place)) for finding in errors(findings)] == [
            ("SRC-012", "chapters/waivers.toml:2")
        ]
    assert not wanted.dist.exists()


def test_two_builds_at_once_both_end_well_with_whole_files(booklet: Callable[..., Path]) -> None:
    project = booklet(INSERT)
    command = [sys.executable, "-m", "booklet", "build", "--project", str(project), "--date", str(TODAY), "--quiet"]
    command += ["--format", "screen", "--format", "large-print", "--jobs", "1"]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    told = [process.communicate(timeout=HANG_SECONDS) for process in running]
    assert [process.returncode for process in running] == [0, 0], told
    assert told[0][0] == told[1][0] and len(told[0][0].split()) == 8
    wanted = order(project, formats=("screen", "large-print"), use_cache=True)
    assert {entry.file for entry in read_manifest(wanted.dist)} == set(stamps(wanted))
    assert built(wanted).built == 0
    elsewhere = replace(wanted, dist=project / "elsewhere", use_cache=False)
    built(elsewhere)
    assert contents(elsewhere) == contents(wanted)
