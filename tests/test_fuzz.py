"""Whatever a stranger's file holds: no traceback, no crash, no hang, bounded memory. tests/fuzz.py makes the files.

BOOKLET_FUZZ=10000 tries so many, BOOKLET_FUZZ_SEED=7 others.
"""

from __future__ import annotations

import os
from random import Random

import pytest

from tests import fuzz

COUNT = int(os.environ.get("BOOKLET_FUZZ", "240"))
SEED = int(os.environ.get("BOOKLET_FUZZ_SEED", "1"))


@pytest.mark.slow
def test_no_mutated_input_ends_in_a_traceback_a_hang_or_a_full_memory() -> None:
    found = list(fuzz.shared(SEED, 0, COUNT, os.cpu_count() or 1))
    assert len(found) == COUNT and {outcome.kind for outcome in found} == set(fuzz.READERS)
    assert [outcome for outcome in found if outcome.fault] == [], f"seed {SEED}"


def test_a_mutation_is_told_by_its_number() -> None:
    for content in (*fuzz.foreign_pdfs(), *fuzz.project_files().values()):
        assert fuzz.mutated(content, Random("1 5")) == fuzz.mutated(content, Random("1 5"))
        assert any(fuzz.mutated(content, Random(f"1 {number}")) != content for number in range(5))


def test_a_reader_that_fails_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise LookupError("a mistake of our own")

    monkeypatch.setitem(fuzz.READERS, "chapter", fail)
    assert "LookupError" in fuzz.tried(0, 1).fault and fuzz.tried(0, 1).kind == "chapter"
