"""The command line, driven in process, and once as a stranger would."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner, Result

from booklet.cli import main
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
    assert "2 files, 2 of them new" in result.stderr and "0 errors, 1 warning" in result.stderr
    quiet = build(project, "--quiet")
    assert quiet.stderr == ""
    assert quiet.stdout.splitlines() == [str(project / f"dist/{c}/tiny-{c}-2026.1-screen.pdf") for c in ("VIC", "WA")]


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
    assert result.stdout.endswith("0 errors, 1 warning\n")


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


def test_impose_to_a_folder_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "in.pdf").write_bytes(pages(1))
    result = run("impose", tmp_path / "in.pdf", tmp_path / "none" / "out.pdf")
    assert result.exit_code == 3 and "cannot be written (No such file or directory)" in result.stderr
    assert run("impose", tmp_path / "none.pdf", tmp_path / "out.pdf").exit_code == 2
