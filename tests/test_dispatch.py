"""Files appear in dist/ whole, or not at all."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from booklet import dispatch
from booklet.build import Order, build
from booklet.cli import main
from booklet.files import TEMPORARY, replace_all
from tests import tiny
from tests.conftest import HANG_SECONDS, TODAY, hear_interrupts
from tests.tiny import INSERT

pytestmark = pytest.mark.slow


def order(project: Path) -> Order:
    return Order(project, project / "dist", TODAY, formats=("screen",))


def snapshot(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_manifest_names_every_file_with_its_checksum(booklet: Callable[..., Path]) -> None:
    project = booklet()
    receipt = build(order(project))
    assert not receipt.failed and len(receipt.files) == 2
    rows = json.loads((project / "dist/manifest.json").read_text("utf-8"))["files"]
    assert [row["file"] for row in rows] == ["VIC/tiny-VIC-2026.1-screen.pdf", "WA/tiny-WA-2026.1-screen.pdf"]
    for row in rows:
        content = (project / "dist" / row["file"]).read_bytes()
        assert (row["sha256"], row["bytes"]) == (sha256(content).hexdigest(), len(content))
        assert row["pages"] % 4 == 0


def test_a_second_build_makes_nothing_and_a_changed_source_makes_all(booklet: Callable[..., Path]) -> None:
    project = booklet()
    first = build(order(project))
    again = build(order(project))
    assert (first.built, again.built, again.typeset) == (2, 0, 0)
    assert again.files == first.files
    booklet({"chapters/glossary.yaml": "- word: Scan\n  meaning: Another meaning.\n"})
    assert build(order(project)).built == 2


def test_a_file_that_was_tampered_with_is_made_again(booklet: Callable[..., Path]) -> None:
    project = booklet()
    first = build(order(project))
    path = project / "dist" / first.files[0].file
    path.write_bytes(b"broken")
    assert build(order(project)).built == 1
    assert sha256(path.read_bytes()).hexdigest() == first.files[0].sha256


def test_one_edition_leaves_the_others_in_place(booklet: Callable[..., Path]) -> None:
    project = booklet()
    build(order(project))
    booklet({"chapters/glossary.yaml": "- word: Scan\n  meaning: Another meaning.\n"})
    receipt = build(Order(project, project / "dist", TODAY, ("vic",), ("screen",)))
    assert [entry.edition for entry in receipt.files] == ["VIC"]
    assert [entry.edition for entry in dispatch.read_manifest(project / "dist")] == ["VIC", "WA"]


def test_a_full_disk_is_a_finding_and_dist_stays(booklet: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    project = booklet()
    build(order(project))
    before = snapshot(project / "dist")
    booklet({"chapters/glossary.yaml": "- word: Scan\n  meaning: Another meaning.\n"})

    def full(path: Path, content: bytes) -> None:
        path.write_bytes(content[: len(content) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(dispatch, "write", full)
    receipt = build(order(project))
    assert receipt.failed and receipt.files == ()
    (finding,) = [finding for finding in receipt.findings if finding.code == "SYS-002"]
    assert "No space left" in finding.found
    assert snapshot(project / "dist") == before


def test_an_unwritable_dist_is_a_finding(booklet: Callable[..., Path]) -> None:
    project = booklet()
    (project / "dist").write_text("a file where the folder should be", "utf-8")
    receipt = build(order(project))
    assert [finding.code for finding in receipt.findings if finding.severity == "error"] == ["SYS-002"]


def test_what_a_killed_build_left_behind_goes_and_what_another_is_writing_stays(booklet: Callable[..., Path]) -> None:
    project = booklet()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for process in (ended.pid, os.getppid()):
        (project / f"dist/.aside-{process}").mkdir(parents=True)
    build(order(project))
    assert [path.name for path in (project / "dist").glob(".aside-*")] == [f".aside-{os.getppid()}"]


NAMES = [
    "../victim.pdf", "VIC/../../victim.pdf", "{folder}/victim.pdf", ".hidden.pdf", "VIC/.hidden.pdf", "link.pdf",
    "linked/victim.pdf", "VIC\\..\\victim.pdf", "",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_a_manifest_that_is_not_of_dist_is_passed_over_and_nothing_deleted(
    booklet: Callable[..., Path], name: str
) -> None:
    """The row says that an earlier build left it there as a volume of a booklet that has one volume now."""
    project = booklet()
    dist = project / "dist"
    receipt = build(only_vic(project))
    outside = project / "outside"
    outside.mkdir()
    (outside / "victim.pdf").write_bytes(b"mine")
    (dist / "link.pdf").symlink_to(outside / "victim.pdf")
    (dist / "linked").symlink_to(outside)
    victims = [project / "victim.pdf", dist / ".hidden.pdf", dist / "VIC/.hidden.pdf", dist / "VIC\\..\\victim.pdf"]
    for victim in victims:
        victim.write_bytes(b"mine")
    add_row(dist, receipt.files[0], name.format(folder=outside))
    before = snapshot(project)
    assert [entry.file for entry in dispatch.read_manifest(dist)] == [receipt.files[0].file]
    booklet({"chapters/glossary.yaml": "- word: Scan\n  meaning: Another meaning.\n"})
    assert build(only_vic(project)).built == 1
    after = snapshot(project)
    assert {name for name in before if name not in after} == set()
    assert {name for name, content in before.items() if content == b"mine" and after[name] != b"mine"} == set()
    assert (dist / "link.pdf").is_symlink() and (dist / "linked").is_symlink()


def unlisted(dist: Path) -> None:
    (dist / "VIC").mkdir(parents=True)
    (dist / "VIC/tiny-VIC-2026.1-screen.pdf").write_bytes(b"mine")


def of_another_program(dist: Path) -> None:
    dist.mkdir()
    (dist / "manifest.json").write_text('{"name": "A page that can be installed"}', "utf-8")


@pytest.mark.parametrize(
    ("put", "told"),
    [(unlisted, "a file that no build has put there"), (of_another_program, "a file of another program")],
)
def test_a_file_that_no_build_has_made_is_not_replaced(
    booklet: Callable[..., Path], put: Callable[[Path], None], told: str
) -> None:
    project = booklet()
    put(project / "dist")
    before = snapshot(project / "dist")
    receipt = build(only_vic(project))
    (finding,) = [finding for finding in receipt.findings if finding.code == "SYS-002"]
    assert told in finding.found and not receipt.files
    assert snapshot(project / "dist") == before


def test_what_a_killed_build_had_put_in_place_is_made_anew(booklet: Callable[..., Path]) -> None:
    """The clean twin: killed between the renaming of the first file and that of the manifest, which lies aside."""
    project = booklet()
    build(only_vic(project))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    aside = project / f"dist/.aside-{ended.pid}"
    aside.mkdir()
    (project / "dist/manifest.json").rename(aside / "manifest.json")
    booklet({"chapters/glossary.yaml": "- word: Scan\n  meaning: Another meaning.\n"})
    assert build(only_vic(project)).built == 1
    assert not list((project / "dist").glob(".aside-*"))


@pytest.mark.parametrize("place", ["dist", "dist/VIC", "chapters", "chapters/images", ".booklet-cache"])
def test_the_folders_of_another_project_are_left_alone(
    booklet: Callable[..., Path], tmp_path: Path, place: str
) -> None:
    other = tiny.write(tmp_path / "other")
    before = snapshot(other)
    receipt = build(replace(only_vic(booklet()), dist=other / place))
    assert [finding.code for finding in receipt.findings if finding.severity == "error"] == ["SYS-002"]
    assert snapshot(other) == before


@pytest.mark.parametrize(("place", "right"), [("chapters", False), (".booklet-cache/x", False), ("more/dist", True)])
def test_finished_files_do_not_lie_among_sources(booklet: Callable[..., Path], place: str, right: bool) -> None:
    project = booklet()
    assert build(replace(only_vic(project), dist=project / place)).failed is not right
    assert (project / place / "VIC").exists() is right


def test_a_volume_that_a_booklet_has_no_longer_goes(booklet: Callable[..., Path]) -> None:
    """The clean twin: an honest row of the same booklet. Other files stay, whatever they are."""
    project = booklet()
    dist = project / "dist"
    receipt = build(only_vic(project))
    for name in ("VIC/old-volume-2.pdf", "VIC/notes.pdf"):
        (dist / name).write_bytes(b"mine")
    add_row(dist, receipt.files[0], "VIC/old-volume-2.pdf")
    booklet({"chapters/glossary.yaml": "- word: Scan\n  meaning: Another meaning.\n"})
    assert build(only_vic(project)).built == 1
    assert not (dist / "VIC/old-volume-2.pdf").exists() and (dist / "VIC/notes.pdf").exists()


def only_vic(project: Path) -> Order:
    return Order(project, project / "dist", TODAY, ("VIC",), ("screen",), jobs=1)


def add_row(dist: Path, like: dispatch.Entry, name: str) -> None:
    """A row for a file that holds the word `mine`, with its true sums."""
    manifest = json.loads((dist / "manifest.json").read_text("utf-8"))
    row = asdict(like) | {"file": name, "bytes": 4, "sha256": sha256(b"mine").hexdigest()}
    manifest["files"].append(row)
    (dist / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def test_ctrl_c_in_mid_build_leaves_dist_whole(booklet: Callable[..., Path]) -> None:
    project = booklet()
    build(order(project))
    before = snapshot(project / "dist")
    booklet({"chapters/glossary.yaml": "- word: Scan\n  meaning: Another meaning.\n"})
    command = [sys.executable, "-m", "booklet", "build", "--project", str(project), "--date", str(TODAY), "--no-cache"]
    running = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_interrupts,
    )
    assert running.stderr
    assert "VIC" in running.stderr.readline()
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=HANG_SECONDS)
    assert running.returncode == 1
    # The engine takes an interrupt while it draws for a drawing that failed; that stops the build as well.
    assert ("Stopped" in told or "Failed to render" in told) and "Traceback" not in told
    assert snapshot(project / "dist") == before


@pytest.mark.parametrize(
    "content", [None, b"[" * 100_000, b"{}", b'{"files": 5}', b'{"files": [{}, 7, null]}', b"\xff"]
)
def test_a_manifest_that_is_none_has_no_entries(tmp_path: Path, content: bytes | None) -> None:
    if content is None:
        os.mkfifo(tmp_path / "manifest.json")
    else:
        (tmp_path / "manifest.json").write_bytes(content)
    assert dispatch.read_manifest(tmp_path) == ()


@pytest.mark.parametrize(
    "change",
    [{"bytes": "4"}, {"pages": None}, {"title": 7}, {"trim_mm": [1]}, {"trim_mm": ["a", "b"]}, {"is_older": 1},
     {"waived": [7]}, {"more": 1}, {"pages": True}],
    ids=str,
)  # fmt: skip
def test_a_row_of_another_shape_is_passed_over(booklet: Callable[..., Path], change: dict[str, object]) -> None:
    project = booklet()
    (entry,) = build(only_vic(project)).files
    manifest = json.loads((project / "dist/manifest.json").read_text("utf-8"))
    assert dispatch.read_manifest(project / "dist") == (entry,)
    manifest["files"][0] |= change
    (project / "dist/manifest.json").write_text(json.dumps(manifest), "utf-8")
    assert dispatch.read_manifest(project / "dist") == ()


def in_the_way_of_the_manifest(dist: Path) -> None:
    (dist / "manifest.json").unlink(missing_ok=True)
    (dist / "manifest.json").mkdir()


def in_the_way_of_a_file(dist: Path) -> None:
    (dist / "WA/tiny-WA-2026.1-screen.pdf").unlink()
    os.mkfifo(dist / "WA/tiny-WA-2026.1-screen.pdf")


def folder_elsewhere(dist: Path) -> None:
    (dist / "WA").rename(dist.parent / "elsewhere")
    (dist / "WA").symlink_to(dist.parent / "elsewhere")


@pytest.mark.parametrize("spoil", [in_the_way_of_the_manifest, in_the_way_of_a_file, folder_elsewhere])
def test_where_one_file_cannot_be_delivered_none_is(
    booklet: Callable[..., Path], spoil: Callable[[Path], None]
) -> None:
    project = booklet()
    build(order(project))
    spoil(project / "dist")
    before = snapshot(project)
    booklet({"chapters/glossary.yaml": "- word: Scan\n  meaning: Another meaning.\n"})
    before["chapters/glossary.yaml"] = (project / "chapters/glossary.yaml").read_bytes()
    command = ["build", "--project", str(project), "--date", str(TODAY), "--no-cache", "--format", "screen"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 1 and "SYS-002" in result.stderr and "Nothing was written" in result.stderr
    assert result.stdout == "" and isinstance(result.exception, SystemExit)
    assert {name: content for name, content in snapshot(project).items() if ".booklet-cache" not in name} == {
        name: content for name, content in before.items() if ".booklet-cache" not in name
    }


# Processes that are ended

MANY = ["--format", "screen", "--format", "large-print", "--format", "clinic", "--examine-whole", "--jobs", "3"]


def begun(project: Path, *options: str) -> subprocess.Popen[str]:
    """A build that has set its first pages, in a group of processes of its own.

    It heeds a closed terminal, even where the tests run under `nohup`, which is inherited.
    """
    command = [sys.executable, "-m", "booklet", "build", "--project", str(project), "--date", str(TODAY), *options]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "TMPDIR": str(project.parent)},
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
    )  # fmt: skip
    assert running.stderr
    assert "(1 of " in running.stderr.readline()
    return running


def until_all_have_ended(group: int) -> None:
    """Waits for the last process of a group; a group that lives on is what hangs."""
    end = time.monotonic() + HANG_SECONDS
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    raise AssertionError("processes live on")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGKILL"])
def test_processes_end_with_the_one_that_started_them(booklet: Callable[..., Path], name: str) -> None:
    project = booklet(INSERT)
    running = begun(project, *MANY, "--no-cache")
    running.send_signal(getattr(signal, name))
    _, told = running.communicate(timeout=HANG_SECONDS)
    until_all_have_ended(running.pid)
    left = [path.name for path in (project / "dist").iterdir()]
    temporary = [path.name for path in project.parent.glob(f"{TEMPORARY}*")]
    if name == "SIGKILL":
        assert len(left) == len(temporary) == 1, "a killed process takes nothing away"
        os.utime(project.parent / temporary[0], (0, 0))
    else:
        assert running.returncode == 1 and "Stopped. What was in dist/ is as it was." in told
        assert "Traceback" not in told, told
        assert (left, temporary) == ([], [])
    again = subprocess.run(
        [sys.executable, "-m", "booklet", "build", "--project", str(project), "--date", str(TODAY), "--no-cache",
         "--edition", "VIC", "--format", "screen", "--title", "main"],
        capture_output=True, text=True, env={**os.environ, "TMPDIR": str(project.parent)},
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert sorted(path.name for path in (project / "dist").iterdir()) == [
        "VIC",
        "covers",
        "index.html",
        "manifest.json",
    ]
    assert list(project.parent.glob(f"{TEMPORARY}*")) == []


def test_a_signal_in_mid_delivery_is_heard_when_all_files_are_in_place(
    booklet: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = booklet()
    build(order(project))
    booklet({"chapters/glossary.yaml": "- word: Scan\n  meaning: Another meaning.\n"})

    def interrupted(moves: Iterable[tuple[Path, Path]]) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        replace_all(moves)

    monkeypatch.setattr("booklet.dispatch.replace_all", interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            build(replace(order(project), use_cache=False))
    finally:
        signal.signal(signal.SIGINT, before)
    monkeypatch.undo()
    assert build(replace(order(project), use_cache=True)).built == 0, "the manifest names what lies there"
    assert list((project / "dist").glob(".aside-*")) == []


def test_same_sources_date_and_versions_give_the_same_bytes(booklet: Callable[..., Path], tmp_path: Path) -> None:
    project = booklet()
    digests = []
    for number in range(2):
        fresh = Order(project, tmp_path / f"dist{number}", TODAY, formats=("screen",), use_cache=False)
        digests.append([entry.sha256 for entry in build(fresh).files])
    assert digests[0] == digests[1]
