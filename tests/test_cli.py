"""The command line, driven in process, and once as a stranger would."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pikepdf
import pytest
from click.testing import CliRunner, Result

from booklet import cli
from booklet.bounds import Bounds
from booklet.cli import main
from booklet.imposition import Layout
from tests import pdfs
from tests.conftest import PROJECT, TODAY
from tests.tiny import changed


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def build(project: Path, *more: object) -> Result:
    return run("build", "--project", project, "--date", TODAY, "--format", "screen", *more)


@pytest.mark.slow
@pytest.mark.parametrize("code", ["vic", "VIC"])
def test_an_edition_is_known_by_its_code_however_written(booklet: Callable[..., Path], code: str) -> None:
    project = booklet()
    result = build(project, "--edition", code)
    assert result.exit_code == 0, result.output
    assert [path.name for path in (project / "dist").glob("*/*.pdf")] == ["tiny-VIC-2026.1-screen.pdf"]


def test_an_unknown_edition_lists_those_there_are(booklet: Callable[..., Path]) -> None:
    result = build(booklet(), "--edition", "XX")
    assert result.exit_code == 2
    assert "No edition 'XX'. There are: VIC, WA." in result.stderr


def test_an_edition_with_a_fault_is_not_called_unknown(booklet: Callable[..., Path]) -> None:
    project = booklet(changed("chapters/editions/vic.toml", "Australia/Melbourne", "Mars/Olympus"))
    result = build(project, "--edition", "vic")
    assert result.exit_code == 1
    assert "chapters/editions/vic.toml:6: error SRC-012" in result.stderr


@pytest.mark.slow
def test_the_summary_counts_and_the_results_stand_alone(booklet: Callable[..., Path]) -> None:
    project = booklet()
    result = build(project)
    assert result.stdout.splitlines()[0].startswith("dist/VIC/tiny-VIC-2026.1-screen.pdf")
    assert "2 files, 2 of them new" in result.stderr and "0 errors, 2 warnings" in result.stderr
    quiet = build(project, "--quiet")
    assert quiet.stderr == ""
    assert quiet.stdout.splitlines() == [str(project / f"dist/{c}/tiny-{c}-2026.1-screen.pdf") for c in ("VIC", "WA")]


def test_what_is_wrong_or_waived_is_said_when_quiet_too(booklet: Callable[..., Path]) -> None:
    project = booklet(changed("chapters/02-two.md", "minutes: 1", "minutes: soon"))
    result = build(project, "--quiet")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "chapters/02-two.md:5: error SRC-012" in result.stderr and "warning" not in result.stderr


@pytest.mark.parametrize("module", ["booklet", "booklet.cli"])
def test_the_program_runs_as_a_module(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, "check", "--project", "nowhere"], capture_output=True, check=False
    )
    assert done.returncode == 2 and b"'nowhere' does not exist" in done.stderr


def test_a_fault_stops_the_build_with_status_1_and_its_place(booklet: Callable[..., Path]) -> None:
    project = booklet(changed("chapters/02-two.md", "minutes: 1", "minutes: soon"))
    result = build(project)
    assert result.exit_code == 1
    assert "chapters/02-two.md:5: error SRC-012" in result.stderr
    assert "Nothing was written" in result.stderr
    assert not (project / "dist").exists()


@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30"])
def test_a_date_that_is_none_is_wrong_usage(booklet: Callable[..., Path], day: str) -> None:
    result = run("build", "--project", booklet(), "--date", day)
    assert result.exit_code == 2
    assert "2026-07-15" in result.stderr


def test_check_tells_machines_too(booklet: Callable[..., Path]) -> None:
    project = booklet(changed("chapters/02-two.md", "minutes: 1", "minutes: soon"))
    as_json = run("check", "--project", project, "--date", TODAY, "--format", "json")
    assert as_json.exit_code == 1
    rows = {row["code"]: row for row in json.loads(as_json.stdout)}
    assert (rows["SRC-012"]["file"], rows["SRC-012"]["line"]) == ("chapters/02-two.md", 5)
    sarif = json.loads(run("check", "--project", project, "--date", TODAY, "--format", "sarif").stdout)
    regions = [r["locations"][0]["physicalLocation"]["region"]["startLine"] for r in sarif["runs"][0]["results"]]
    assert 5 in regions


def test_check_of_a_clean_booklet_is_status_0(booklet: Callable[..., Path]) -> None:
    result = run("check", "--project", booklet(), "--date", TODAY)
    assert result.exit_code == 0
    assert result.stdout.endswith("0 errors, 2 warnings\n")


@pytest.mark.parametrize("command", [(), ("build",), ("check",)])
def test_help_teaches_by_example(command: tuple[str, ...]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert "booklet build" in result.stdout or "booklet check" in result.stdout


def test_editions_complete_from_the_projects_own_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    words = {"_BOOKLET_COMPLETE": "bash_complete", "COMP_WORDS": "booklet build --edition T", "COMP_CWORD": "3"}
    result = CliRunner().invoke(main, [], prog_name="booklet", env=words, complete_var="_BOOKLET_COMPLETE")
    assert result.output.strip() == "plain,TAS"


@pytest.mark.slow
def test_the_script_at_the_top_is_the_same_command(booklet: Callable[..., Path]) -> None:
    command = [sys.executable, str(PROJECT / "build_pdf.py"), "--project", str(booklet()), "--date", str(TODAY)]
    done = subprocess.run(
        [*command, "--edition", "wa", "--format", "screen", "--quiet"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().endswith("tiny-WA-2026.1-screen.pdf")


@pytest.mark.slow
def test_missing_system_libraries_are_named_with_the_commands(booklet: Callable[..., Path]) -> None:
    code = (
        "import sys, types\n"
        "class Finder:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name == 'weasyprint': raise OSError(\"cannot load library 'libpango-1.0-0'\")\n"
        "sys.meta_path.insert(0, Finder())\n"
        f"sys.argv = ['booklet', 'build', '--project', {str(booklet())!r}, '--date', '{TODAY}', '--quiet']\n"
        "from booklet.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 3
    for system in ("Debian", "Fedora", "macOS", "Windows", "libharfbuzz-subset0"):
        assert system in done.stderr
    assert "Traceback" not in done.stderr


def pages(count: int) -> bytes:
    """A PDF of so many empty A5 pages."""
    pdf = pikepdf.new()
    for _ in range(count):
        pdf.add_blank_page(page_size=(420, 595))
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()


def test_impose_says_what_it_made_and_what_it_added(tmp_path: Path) -> None:
    (tmp_path / "in.pdf").write_bytes(pages(6))
    result = run("impose", tmp_path / "in.pdf", tmp_path / "out.pdf")
    assert result.exit_code == 0, result.output
    assert result.stdout.split() == [str(tmp_path / "out.pdf")]
    assert "2 empty pages stand before the last one." in result.stderr and "2 sheets" in result.stderr
    result = run("impose", tmp_path / "in.pdf", tmp_path / "out.pdf", "--duplex", "manual", "--sheet", "A3")
    assert result.stdout.split() == [str(tmp_path / "out-fronts.pdf"), str(tmp_path / "out-backs.pdf")]
    with pikepdf.open(tmp_path / "out-backs.pdf") as backs:
        assert len(backs.pages) == 2 and float(backs.pages[0].mediabox[2]) == pytest.approx(1190.55, abs=0.01)


@pytest.mark.parametrize("content", [b"", b"no PDF", pages(3)[:-300]], ids=["empty", "words", "cut off"])
def test_impose_leaves_what_was_there_when_it_cannot(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "in.pdf").write_bytes(content)
    (tmp_path / "out.pdf").write_bytes(b"before")
    result = run("impose", tmp_path / "in.pdf", tmp_path / "out.pdf")
    assert result.exit_code == 1 and "Export it again" in result.stderr and "Traceback" not in result.output
    assert (tmp_path / "out.pdf").read_bytes() == b"before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.pdf", "out.pdf"]


def test_impose_counts_right_and_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "in.pdf").write_bytes(pages(3))
    result = run("impose", tmp_path / "in.pdf", tmp_path / "out.pdf")
    assert result.stderr.splitlines() == [
        "1 empty page stands before the last one. The option --blanks end puts it at the end.",
        "1 sheet of A4.",
        "Print on both sides, flip on the short edge, actual size. Fold the sheet in the middle.",
    ]
    (tmp_path / "in.pdf").write_bytes(pages(7))
    result = run("impose", tmp_path / "in.pdf", tmp_path / "out.pdf", "--blanks", "end")
    assert "2 sheets of A4." in result.stderr and "Fold the sheets together" in result.stderr
    assert "1 empty page stands at the end." in result.stderr


def test_impose_takes_every_layout_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "in.pdf").write_bytes(pages(4))
    told = run("impose", "--help").output
    for layout in get_args(Layout):
        assert f"--layout {layout}" in told or layout == "booklet"
        result = run(
            "impose", tmp_path / "in.pdf", tmp_path / f"{layout}.pdf", "--layout", layout, "--binding", "right"
        )
        assert result.exit_code == 0, result.output
        with pikepdf.open(tmp_path / f"{layout}.pdf") as pdf:
            assert len(pdf.pages) >= 1


@pytest.mark.parametrize("options", [(), ("--sheet", "A3"), ("--manual",)])
def test_a_test_sheet_is_made_without_a_file(options: tuple[str, ...], tmp_path: Path) -> None:
    result = run("test-sheet", tmp_path / "test.pdf", *options)
    names = ["test-fronts.pdf", "test-backs.pdf"] if options == ("--manual",) else ["test.pdf"]
    assert result.exit_code == 0 and result.stdout.split() == [str(tmp_path / name) for name in names]
    for name in names:
        with pikepdf.open(tmp_path / name) as pdf:
            assert len(pdf.pages) == 2 and not list(pdf.check_pdf_syntax())


def itself(folder: Path) -> Path:
    return folder / "in.pdf"


def another_name(folder: Path) -> Path:
    (folder / "out.pdf").hardlink_to(folder / "in.pdf")
    return folder / "out.pdf"


def link_to_it(folder: Path) -> Path:
    (folder / "out.pdf").symlink_to(folder / "in.pdf")
    return folder / "out.pdf"


def link_to_another(folder: Path) -> Path:
    (folder / "other.pdf").write_bytes(b"other")
    (folder / "out.pdf").symlink_to(folder / "other.pdf")
    return folder / "out.pdf"


def link_to_nothing(folder: Path) -> Path:
    (folder / "out.pdf").symlink_to(folder / "nothing.pdf")
    return folder / "out.pdf"


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "out.pdf")
    return folder / "out.pdf"


def device(folder: Path) -> Path:
    try:
        os.mknod(folder / "out.pdf", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root may make a device")
    return folder / "out.pdf"


def state_of(folder: Path) -> list[tuple[str, int, bytes]]:
    """Every name of a folder with its kind, and what its regular files hold."""
    return [
        (path.name, path.lstat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.iterdir())
    ]


@pytest.mark.parametrize("place", [itself, another_name, link_to_it, link_to_another, link_to_nothing, pipe, device])
@pytest.mark.parametrize("command", ["impose", "preflight"])
def test_nothing_is_written_over_its_own_input_a_device_a_pipe_or_a_link(
    command: str, place: Callable[[Path], Path], tmp_path: Path
) -> None:
    (tmp_path / "in.pdf").write_bytes(pages(4))
    target = place(tmp_path)
    before, kind = state_of(tmp_path), target.lstat().st_mode
    options = ("--profile", "screen", "--report") if command == "preflight" else ()
    result = run(command, tmp_path / "in.pdf", *options, target)
    assert result.exit_code in (2, 3) and "cannot be written" in result.stderr
    assert state_of(tmp_path) == before and target.lstat().st_mode == kind
    clean = tmp_path / "clean.pdf"
    assert run(command, tmp_path / "in.pdf", *options, clean).exit_code in (0, 1) and clean.is_file()


@pytest.mark.parametrize("side", ["fronts", "backs"])
def test_neither_fronts_nor_backs_are_written_where_one_cannot_be(side: str, tmp_path: Path) -> None:
    (tmp_path / "in.pdf").write_bytes(pages(4))
    (tmp_path / f"out-{side}.pdf").mkdir()
    result = run("impose", tmp_path / "in.pdf", tmp_path / "out.pdf", "--duplex", "manual")
    assert result.exit_code == 3 and f"out-{side}.pdf cannot be written (a folder)" in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.pdf", f"out-{side}.pdf"]


@pytest.mark.parametrize("command", ["impose", "read"])
def test_a_file_that_takes_too_much_is_a_message(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = pdfs.clean()
    pdf.pages[0].contents_add(pdf.make_stream(b" " * 20_000_000))
    path = pdfs.path_of(tmp_path, pdfs.saved(pdf))
    target = [tmp_path / "out.pdf"] if command == "impose" else []
    assert run(command, path, *target).exit_code == 0
    target = [tmp_path / "other.pdf"] if command == "impose" else []
    monkeypatch.setattr(cli, "FILE", Bounds(5, 1))
    result = run(command, path, *target)
    assert result.exit_code == 3 and "takes more than 5 seconds or 1 MB" in result.stderr
    assert not result.stdout and not any(each.exists() for each in target)


def test_impose_does_not_wait_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "in.pdf")
    result = run("impose", tmp_path / "in.pdf", tmp_path / "out.pdf")
    assert result.exit_code == 3 and "cannot be read (no regular file)" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("impose", "IN", ""), ("impose", "", "OUT"), ("test-sheet", ""), ("build", "--out", ""),
        ("build", "--project", ""), ("preflight", "IN", "--profile", "screen", "--report", ""),
        ("preflight", "", "--profile", "screen"), ("read", ""), ("check", "--project", ""),
        ("cache", "info", "--project", ""),
    ],
)  # fmt: skip
def test_an_empty_path_is_not_the_current_folder(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.pdf").write_bytes(pages(1))
    names = {"IN": "in.pdf", "OUT": "out.pdf"}
    result = run(*(names.get(each, each) for each in arguments))
    assert result.exit_code == 2 and "an empty name" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.pdf"]


def test_impose_to_a_folder_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "in.pdf").write_bytes(pages(1))
    result = run("impose", tmp_path / "in.pdf", tmp_path / "none" / "out.pdf")
    assert result.exit_code == 3 and "cannot be written (No such file or directory)" in result.stderr
    assert run("impose", tmp_path / "none.pdf", tmp_path / "out.pdf").exit_code == 2


@pytest.mark.parametrize(
    "command",
    [["build", "--out", ""], ["check", "--project", ""], ["preflight", "", "--profile", "screen"],
     ["preflight", "a.pdf", "--profile", "screen", "--report", ""], ["impose", "a.pdf", ""]],
    ids=" ".join,
)  # fmt: skip
def test_an_empty_name_is_no_folder_and_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.pdf").write_bytes(b"words")
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2 and "an empty name" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.pdf"]


def test_a_report_never_takes_the_place_of_what_it_is_about(tmp_path: Path) -> None:
    path = pdfs.path_of(tmp_path, pdfs.saved(pdfs.clean()))
    link = tmp_path / "link.html"
    link.symlink_to(path)
    before = path.read_bytes()
    for name in (path, link):
        result = CliRunner().invoke(main, ["preflight", str(path), "--profile", "screen", "--report", str(name)])
        assert result.exit_code == 2 and "cannot be written" in result.stderr
    assert path.read_bytes() == before and link.is_symlink()


ESCAPE = "a\x1b[31m\nb"


@pytest.mark.parametrize(
    "command",
    [["read"], ["impose"], ["preflight", "--profile", "screen"], ["check", "--project"], ["build", "--edition"],
     ["preflight", "--profile", "screen", "--format", "json"], ["build", "--title"]],
    ids=" ".join,
)  # fmt: skip
def test_a_name_that_acts_on_a_terminal_is_told_and_not_printed(
    booklet: Callable[..., Path], tmp_path: Path, command: list[str]
) -> None:
    """A file of that name, or none."""
    name = str(tmp_path / ESCAPE)
    options = {"impose": [str(tmp_path / "out.pdf")], "build": ["--project", str(booklet())]}.get(command[0], [])
    for content in (None, pdfs.saved(pdfs.clean())) if command[0] in ("read", "impose", "preflight") else (None,):
        if content:
            Path(name).write_bytes(content)
        told = CliRunner().invoke(main, [*command, name if "build" not in command else ESCAPE, *options])
        assert "\x1b" not in told.output and "[31m\nb" not in told.output
        assert told.exception is None or isinstance(told.exception, SystemExit)


def test_what_a_stranger_lets_a_screen_reader_say_does_not_act_on_a_terminal(tmp_path: Path) -> None:
    pdf = pdfs.clean()
    pdfs.element(pdf, "P").ActualText = pikepdf.String("say \x1b]0;title\x07 \x9b31m this")
    path = pdfs.path_of(tmp_path, pdfs.saved(pdf))
    told = CliRunner().invoke(main, ["read", str(path)])
    assert told.exit_code == 0 and "this" in told.output
    assert not {"\x1b", "\x07", "\x9b"} & set(told.output)
