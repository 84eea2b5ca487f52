"""The page of the first ten minutes is followed word for word: commands are run, changes made, promises kept."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import PROJECT

PAGE = (PROJECT / "docs/first-booklet.md").read_text("utf-8")
STEP = re.compile(
    r"```sh\n(?P<commands>.*?)```\n"
    r"|^In `(?P<file>[^`]+)`, put `(?P<new>[^`]+)` in place of\s`(?P<old>[^`]+)`"
    r"|It ends with `(?P<end>[^`]+)`"
    r"|names the file and the line: `(?P<said>[^`]+)`",
    re.DOTALL | re.MULTILINE,
)


def steps() -> Iterator[dict[str, str]]:
    for found in STEP.finditer(PAGE):
        yield {name: words for name, words in found.groupdict().items() if words is not None}


@pytest.mark.slow
def test_the_first_ten_minutes_go_as_the_page_says(tmp_path: Path) -> None:
    tool = tmp_path / "bin/booklet"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m booklet "$@"\n', "utf-8")
    tool.chmod(0o755)
    path = os.pathsep.join((str(tool.parent), os.environ["PATH"]))
    environment = {**os.environ, "HOME": str(tmp_path), "PATH": path, "PYTHONPATH": str(PROJECT)}
    folder, told = tmp_path, ""
    for step in steps():
        if commands := step.get("commands"):
            script = f"{commands}\npwd > {tmp_path}/here"
            shell = ["sh", "-c", f"exec 2>&1\n{script}"]
            told = subprocess.run(shell, cwd=folder, env=environment, capture_output=True, text=True).stdout
            folder = Path((tmp_path / "here").read_text("utf-8").strip())
        elif file := step.get("file"):
            text = (folder / file).read_text("utf-8")
            assert text.count(step["old"]) == 1, f"{file} has {step['old']!r} once"
            (folder / file).write_text(text.replace(step["old"], step["new"]), "utf-8")
        elif end := step.get("end"):
            assert end in told.strip().splitlines()[-1], told
        else:
            assert step["said"] in told
    made = {path.name for path in (folder / "dist/TAS").iterdir()}
    assert {name.partition("-TAS-")[0] for name in made} == {"hear-again"} and len(made) == 7


def test_every_command_and_change_of_the_page_is_followed() -> None:
    assert PAGE.count("```sh") == sum("commands" in step for step in steps()) == 8
    assert PAGE.count("\nIn `") == sum("file" in step for step in steps()) == 9
    assert PAGE.count("It ends with") == sum("end" in step for step in steps()) == 7
