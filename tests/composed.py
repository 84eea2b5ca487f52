"""One edition of a small booklet composed, and what it says."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from booklet.composing import Composition, compose, shipped_faces
from booklet.manuscript import read
from booklet.today import Today
from booklet.walk import styles_folder
from tests.conftest import TODAY
from tests.tiny import errors


def composed(project: Path, code: str, day: date = TODAY) -> Composition:
    today = Today(day)
    manuscript, _ = read(project, today)
    assert manuscript
    edition = next(edition for edition in manuscript.editions if edition.code == code)
    (composition,), findings = compose(manuscript, edition, project, today, shipped_faces(styles_folder()))
    assert not errors(findings)
    return composition


def words(composition: Composition, part: str = "") -> str:
    html = " ".join(each.html for each in composition.parts if part in ("", each.id))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.replace("<wbr>", ""))).replace("\u00a0", " ")
