"""tests/corpus.py counts right, and docs/preflight.md says what it counted."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from booklet.findings import CODES
from booklet.preflight import CHECKS
from tests import corpus, pdfs
from tests.pdfs import element

DOC = corpus.DOCUMENT.read_text("utf-8")


def write(folder: Path, name: str, content: bytes) -> None:
    path = folder / "PDF_UA-1/7.3 Graphics" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_each_file_is_counted_where_it_belongs(tmp_path: Path) -> None:
    """One file that fails and is accused, one that fails and is not, one that passes, and one accused wrongly."""
    silent = pdfs.spoilt("screen", lambda pdf: element(pdf, "Figure").__delitem__("/Alt"))
    for name, content in {
        "7.3-t01-fail-a.pdf": silent, "7.3-t01-fail-b.pdf": pdfs.saved(pdfs.clean()),
        "7.3-t01-pass-a.pdf": pdfs.saved(pdfs.clean()), "7.3-t01-pass-b.pdf": silent,
    }.items():  # fmt: skip
        write(tmp_path, name, content)
    found = list(corpus.verdicts(tmp_path))
    assert [each.is_right for each in found] == [True, False, True, False]
    told = corpus.measured(found, date(2026, 11, 27))
    assert "1 of 2 files that fail (50.0 %)" in told and "1 of 2 that pass (50.0 %)" in told
    assert "| 7.3-t01 | 13-004 | ACC-113 | 1 of 2 | 1 of 2 |" in told
    assert told.startswith("Measured on 27 November 2026.") and "13-004" not in told.split("\n")[0]


def test_a_folder_without_the_corpus_is_refused(tmp_path: Path) -> None:
    assert corpus.main([str(tmp_path)]) == 2
    assert corpus.main([]) == 2


def test_each_rule_stands_for_a_check_and_for_what_it_claims() -> None:
    codes = {check.code for check in CHECKS}
    claims = dict(re.findall(r"^\| (\d\d-\d{3}) \| [^|]+ \| ([A-Z]{3}-\d{3}) \|$", DOC, re.MULTILINE))
    for rules in corpus.RULES.values():
        for rule in rules.values():
            assert rule.code in codes and rule.code in CODES
            assert all(claims[condition] == rule.code or condition == "10-001" for condition in rule.conditions)


def test_the_document_says_what_was_counted() -> None:
    """Sums of the table agree with its sentence, and with what is asked of preflight."""
    text = DOC.split(corpus.BEGIN)[1].split(corpus.END)[0]
    assert re.match(r"\nMeasured on \d{1,2} [A-Z][a-z]+ \d{4}\. ", text)
    for standard, least in (("UA-1", 95), ("UA-2", 85)):
        part = text.split(f"PDF/{standard}: ")[1].split("PDF/UA-")[0]
        accused, failing, wrongly, passing = map(
            int, re.findall(r"^(\d+) of (\d+) files .*?, (\d+) of (\d+) that pass", part)[0]
        )
        rows = re.findall(r"^\| [\d.]+-t\d+ \|[^|]*\| \S+ \| ([^|]*) \| ([^|]*) \|$", part, re.MULTILINE)
        shares = [[int(number) for number in re.findall(r"\d+", cell)] or [0, 0] for row in rows for cell in row]
        fails, passes = shares[::2], shares[1::2]
        assert [sum(column) for column in zip(*fails, strict=True)] == [accused, failing]
        assert [sum(column) for column in zip(*passes, strict=True)] == [wrongly, passing]
        assert 100 * accused >= least * failing and 100 * wrongly <= 2 * passing
    unmeasured = re.findall(r"\d\d-\d{3}", text.split("not measured, are")[1].split("\n")[0])
    measured = {name for rule in corpus.RULES["UA-1"].values() for name in rule.conditions}
    assert set(unmeasured) | measured >= corpus.claimed(DOC)
