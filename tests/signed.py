"""Chapters signed off, edited afterwards, and kept in git."""

from __future__ import annotations

import subprocess
from pathlib import Path

from click.testing import CliRunner, Result

from booklet.cli import main

DAY = "2026-11-20"
BY = ("--by", "Dr A. Name", "--role", "oncologist")


def signed_off(project: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["signoff", *arguments, "--project", str(project), "--date", DAY])


def edit(project: Path, file: str, old: str, new: str) -> None:
    path = project / file
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())


def git(project: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(project), "-c", "user.name=A", "-c", "user.email=a@b", *arguments], check=True)
