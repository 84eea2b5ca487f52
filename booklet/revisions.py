"""The sources of an earlier state, taken from git. Nothing of the project's folder is touched, nothing is fetched.

A revision is asked for by its hash once git has said which that is, so that no name is taken for an option. What git
hands over comes through a pipe and is counted; only plain files and links that stay inside are unpacked.
"""

from __future__ import annotations

import os
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from booklet.files import temporary_folder
from booklet.findings import BookletError

MAX_BYTES = 500_000_000
MAX_FILES = 20_000
SECONDS = 60
_CHUNK = 1 << 20
_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}


class RevisionError(BookletError):
    """A git revision that is none, or that holds no booklet."""

    exit_status = 2


def is_revision(project: Path, name: str) -> bool:
    """True where git knows a commit by this name."""
    try:
        return bool(_commit(project, name))
    except RevisionError:
        return False


@contextmanager
def revision(project: Path, name: str) -> Iterator[tuple[Path, str]]:
    """A folder with `chapters/` as it was in a revision, and the short hash; it goes behind. Raises
    RevisionError.
    """
    commit = _commit(project, name)
    with temporary_folder() as folder:
        archive = folder / "chapters.tar"
        _archive(project, commit, name, archive)
        try:
            with tarfile.open(archive, "r:") as tar:
                members = tar.getmembers()
                if len(members) > MAX_FILES or sum(member.size for member in members) > MAX_BYTES:
                    raise RevisionError(f"'{name}' holds more than {MAX_FILES} files or {MAX_BYTES // 10**6} MB.")
                tar.extractall(folder, members, filter="data")
        except (tarfile.TarError, OSError, ValueError) as reason:
            raise RevisionError(f"'{name}' cannot be unpacked ({type(reason).__name__}).") from reason
        archive.unlink()
        yield folder, commit[:10]


def revision_that_added(project: Path, file: str, words: str) -> str:
    """The revision in which some words came into a file; empty where git knows of none."""
    asked = ["log", "-1", "--format=%H", f"-S{words}", "--", file]
    try:
        done = subprocess.run(
            _git(project, *asked), capture_output=True, timeout=SECONDS, check=False, env=_environment()
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("ascii", "replace").strip() if not done.returncode else ""


def _commit(project: Path, name: str) -> str:
    asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"]
    try:
        done = subprocess.run(
            _git(project, *asked), capture_output=True, timeout=SECONDS, check=False, env=_environment()
        )
    except FileNotFoundError as reason:
        raise RevisionError(f"'{name}' is no file or folder, and git, which knows revisions, is missing.") from reason
    except (subprocess.TimeoutExpired, ValueError, OSError) as reason:
        raise RevisionError("Git gives no answer.") from reason
    commit = done.stdout.decode("ascii", "replace").strip()
    if done.returncode or not commit:
        raise RevisionError(f"'{name}' is no file, no folder, no edition and no git revision of this project.")
    return commit


def _archive(project: Path, commit: str, name: str, target: Path) -> None:
    """The project's chapters of a commit as a tar archive, within bounds."""
    command = _git(project, "archive", "--format=tar", commit, "chapters")
    with (
        target.open("wb") as file,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()) as git,
    ):
        assert git.stdout
        clock = threading.Timer(SECONDS, git.kill)
        clock.start()
        try:
            size = 0
            while chunk := git.stdout.read(_CHUNK):
                size += len(chunk)
                if size > MAX_BYTES:
                    git.kill()
                    raise RevisionError(f"'{name}' holds more than {MAX_BYTES // 10**6} MB.")
                file.write(chunk)
        finally:
            clock.cancel()
    if git.returncode:
        raise RevisionError(f"'{name}' has no folder chapters/ here, or git cannot read it.")


def _git(project: Path, *arguments: str) -> list[str]:
    return ["git", "-C", str(project), *arguments]


def _environment() -> dict[str, str]:
    """What git is told: no folder but the project's own, nobody to ask, nothing to write or fetch."""
    return {key: value for key, value in os.environ.items() if not key.startswith("GIT_")} | _QUIET
