"""Preflight measured on the veraPDF corpus: which files that break a clause of PDF/UA it accuses of that, and which
files that break none it accuses all the same.

`python tests/corpus.py DIR` prints the tables for a copy of the corpus (github.com/veraPDF/veraPDF-corpus, CC BY 4.0,
which is not part of this repository); with `--write` they go into docs/preflight.md. The name of a file says what it
is for: `7.2-t03-fail-b.pdf` breaks clause 7.2 as test 3 of veraPDF asks it, `7.2-t03-pass-a.pdf` does not.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from booklet.findings import Severity
from booklet.preflight import PROFILES, Report, examine

PROJECT = Path(__file__).resolve().parent.parent
DOCUMENT = PROJECT / "docs/preflight.md"
BEGIN, END = "<!-- measured by tests/corpus.py -->\n", "<!-- end of what was measured -->\n"
FOLDERS = {"PDF_UA-1": "UA-1", "PDF_UA-2": "UA-2"}
_NAME = re.compile(r"(\d[\d.-]*?)-t(\d+)-(pass|fail)-\w+\.pdf")
_RULES = {
    "UA-1": """
        5-t01 ACC-105 06-002 | 5-t02 ACC-105 06-002 | 5-t03 ACC-105 - | 5-t04 ACC-105 - | 5-t05 ACC-105 -
        7.1-t01 ACC-108 01-003 | 7.1-t02 ACC-108 01-004 | 7.1-t03 ACC-107 01-005 | 7.1-t04 ACC-102 01-007
        7.1-t05 ACC-106 02-001 | 7.1-t06 ACC-106 02-003 | 7.1-t07 ACC-106 02-004 | 7.1-t08 ACC-105 06-001
        7.1-t09 ACC-104 06-003 | 7.1-t10 ACC-104 07-001,07-002 | 7.1-t11 ACC-101 -
        7.2-t02 ACC-103 11-003 | 7.2-t03 ACC-114 09-004 | 7.2-t04 ACC-114 09-004 | 7.2-t05 ACC-114 09-004
        7.2-t06 ACC-114 09-004 | 7.2-t07 ACC-114 09-004 | 7.2-t08 ACC-114 09-004 | 7.2-t09 ACC-114 09-004
        7.2-t10 ACC-114 09-004 | 7.2-t11 ACC-114 09-004 | 7.2-t12 ACC-114 09-004 | 7.2-t13 ACC-114 09-004
        7.2-t14 ACC-114 09-004 | 7.2-t15 ACC-115 - | 7.2-t17 ACC-117 09-005 | 7.2-t18 ACC-117 09-005
        7.2-t19 ACC-117 09-005 | 7.2-t20 ACC-117 09-005 | 7.2-t21 ACC-103 11-002 | 7.2-t22 ACC-103 11-002
        7.2-t23 ACC-103 11-002 | 7.2-t24 ACC-103 11-004 | 7.2-t25 ACC-103 11-005 | 7.2-t26 ACC-118 09-006
        7.2-t27 ACC-118 09-006 | 7.2-t29 ACC-103 - | 7.2-t30 ACC-103 11-002 | 7.2-t31 ACC-103 11-002
        7.2-t32 ACC-103 11-002 | 7.2-t33 ACC-103 11-006 | 7.2-t34 ACC-103 11-001 | 7.2-t36 ACC-114 09-004
        7.2-t37 ACC-114 09-004 | 7.2-t38 ACC-114 09-004 | 7.2-t41 ACC-115 - | 7.2-t42 ACC-115 - | 7.2-t43 ACC-115 -
        7.3-t01 ACC-113 13-004 | 7.4.2-t01 ACC-111 14-002,14-003 | 7.4.4-t01 ACC-112 14-006
        7.4.4-t02 ACC-112 14-007 | 7.4.4-t03 ACC-112 14-007 | 7.5-t01 ACC-116 15-003 | 7.5-t02 ACC-116 -
        7.7-t01 ACC-113 17-002 | 7.9-t01 ACC-122 19-003 | 7.9-t02 ACC-122 19-004
        7.10-t01 ACC-124 20-001,20-002 | 7.10-t02 ACC-124 20-003 | 7.11-t01 ACC-125 21-001
        7.15-t01 ACC-126 25-001 | 7.16-t01 ACC-127 26-001,26-002 | 7.18.1-t01 ACC-119 28-002,28-006
        7.18.1-t02 ACC-120 28-004 | 7.18.1-t03 ACC-130 28-005 | 7.18.2-t01 ACC-128 28-007
        7.18.3-t01 ACC-121 28-008,28-009 | 7.18.4-t01 ACC-119 28-010 | 7.18.5-t01 ACC-119 28-011
        7.18.5-t02 ACC-120 28-012 | 7.18.6.2-t01 ACC-133 28-014 | 7.18.6.2-t02 ACC-133 28-015
        7.18.7-t01 ACC-125 28-016 | 7.18.8-t01 ACC-128 28-017 | 7.20-t01 ACC-129 30-001 | 7.20-t02 ACC-129 30-002
        7.21.3.1-t01 FNT-108 31-001,31-002,31-003 | 7.21.3.2-t01 FNT-108 31-004,31-005 | 7.21.3.3-t01 FNT-108 31-006
        7.21.3.3-t02 FNT-108 31-007 | 7.21.3.3-t03 FNT-108 31-008 | 7.21.4.1-t01 FNT-101 31-009
        7.21.4.2-t01 FNT-111 31-012,31-013 | 7.21.4.2-t02 FNT-111 31-014,31-015 | 7.21.5-t01 FNT-109 31-016
        7.21.6-t02 FNT-110 31-019,31-020,31-021,31-022,31-023 | 7.21.6-t03 FNT-110 31-024
        7.21.7-t01 FNT-105 31-027,10-001 | 7.21.7-t02 FNT-106 31-028,31-029 | 7.21.8-t01 FNT-103 31-030
        """,
    "UA-2": """
        5-t01 ACC-105 - | 5-t02 ACC-105 - | 5-t03 ACC-105 - | 5-t04 ACC-105 - | 5-t05 ACC-105 -
        8.2.1-t01 ACC-101 - | 8.2.2-t01 ACC-107 - | 8.2.4-t01 ACC-106 - | 8.2.4-t02 ACC-106 - | 8.2.4-t03 ACC-106 -
        8.2.4-t04 ACC-106 - | 8.2.5.2-t01 ACC-134 - | 8.2.5.2-t02 ACC-134 - | 8.2.5.12-t01 ACC-134 -
        8.2.5.20-t02 ACC-119 - | 8.2.5.25-t01 ACC-134 - | 8.2.5.26-t01 ACC-115 - | 8.2.5.26-t03 ACC-115 -
        8.2.5.26-t04 ACC-115 - | 8.2.5.26-t05 ACC-116 - | 8.2.5.26-t06 ACC-116 - | 8.2.5.28.2-t01 ACC-113 -
        8.2.5.29-t01 ACC-134 - | 8.4.4-t02 ACC-103 - | 8.4.5.3.1-t01 FNT-108 - | 8.4.5.3.2-t01 FNT-108 -
        8.4.5.4-t01 FNT-108 - | 8.4.5.4-t02 FNT-108 - | 8.4.5.4-t03 FNT-108 - | 8.4.5.5.1-t01 FNT-101 -
        8.4.5.6-t01 FNT-109 - | 8.4.5.7-t02 FNT-110 - | 8.4.5.7-t03 FNT-110 - | 8.4.5.8-t01 FNT-105 -
        8.4.5.8-t02 FNT-106 - | 8.4.5.9-t01 FNT-103 - | 8.6-t01 ACC-135 - | 8.7-t02 ACC-124 - | 8.8-t01 ACC-136 -
        8.8-t02 ACC-136 - | 8.9.2.2-t01 ACC-119 - | 8.9.2.4.10-t01 ACC-125 - | 8.10.1-t02 ACC-119 -
        8.10.2.3-t01 ACC-130 - | 8.11.1-t01 ACC-104 - | 8.11.2-t01 ACC-104 - | 8.14.1-t01 ACC-125 -
        """,
}


@dataclass(frozen=True)
class Rule:
    """What a test of veraPDF asks, as preflight asks it: the code that says so, and the conditions of the Matterhorn
    Protocol that it stands for.
    """

    code: str
    conditions: tuple[str, ...]


def _rules(text: str) -> dict[str, Rule]:
    rows = (row.split() for row in re.split(r"[|\n]", text) if row.strip())
    return {name: Rule(code, tuple(re.findall(r"\d\d-\d{3}", conditions))) for name, code, conditions in rows}


RULES: Mapping[str, Mapping[str, Rule]] = {standard: _rules(text) for standard, text in _RULES.items()}


@dataclass(frozen=True)
class Verdict:
    """What preflight says of one file: the codes that accuse it of an accessibility error, and the others."""

    standard: str
    rule: str
    fails: bool
    file: str
    accessibility: frozenset[str]
    others: frozenset[str]

    @property
    def is_right(self) -> bool:
        """True when a file that fails is accused of just that, and one that passes of nothing."""
        if not self.fails:
            return not self.accessibility
        rule = RULES[self.standard].get(self.rule)
        return rule is not None and rule.code in self.accessibility | self.others


def verdicts(folder: Path) -> Iterator[Verdict]:
    """What preflight says of each file of a copy of the corpus, in the order of their names."""
    for path in sorted(folder.rglob("*.pdf")):
        standard = next((FOLDERS[part] for part in path.parts if part in FOLDERS), None)
        name = _NAME.fullmatch(path.name)
        if standard and name:
            report = examine(path.read_bytes(), path.name, PROFILES["screen"])
            errors = _errors(report)
            accessibility = frozenset(code for code in errors if re.match(r"ACC-1|FNT-", code))
            rule = f"{name[1].replace('-', '.')}-t{name[2]}"
            yield Verdict(standard, rule, name[3] == "fail", path.name, accessibility, errors - accessibility)


def _errors(report: Report) -> frozenset[str]:
    return frozenset(each.code for each in report.complaints if each.severity is Severity.ERROR)


def _number_order(rule: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", rule))


def table(standard: str, found: Iterable[Verdict]) -> str:
    """One row a test of veraPDF, and a sentence that sums up."""
    found = [each for each in found if each.standard == standard]
    rows = [
        f"| test | Matterhorn | code | {standard} files that fail, accused by it | files that pass, accused |",
        "|---|---|---|---|---|",
    ]
    for name in sorted({each.rule for each in found}, key=_number_order):
        own = [each for each in found if each.rule == name]
        rule = RULES[standard].get(name, Rule("none", ()))
        failing, passing = [each for each in own if each.fails], [each for each in own if not each.fails]
        rows.append(
            f"| {name} | {', '.join(rule.conditions)} | {rule.code} | {_share(failing, True)} | "
            f"{_share(passing, False)} |"
        )
    return "\n".join([_sum(standard, found), "", *rows])


def _share(files: list[Verdict], right: bool) -> str:
    return f"{sum(each.is_right is right for each in files)} of {len(files)}" if files else ""


def _sum(standard: str, found: list[Verdict]) -> str:
    failing, passing = [each for each in found if each.fails], [each for each in found if not each.fails]
    accused, wrongly = sum(each.is_right for each in failing), sum(not each.is_right for each in passing)
    return (
        f"PDF/{standard}: {accused} of {len(failing)} files that fail ({_percent(accused, len(failing))}) are accused "
        f"by the right clause, {wrongly} of {len(passing)} that pass ({_percent(wrongly, len(passing))}) of an "
        f"accessibility error."
    )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


def measured(found: list[Verdict], day: date) -> str:
    """All that docs/preflight.md says of the corpus."""
    files = {each.rule for each in found if each.standard == "UA-1"}
    conditions = {name for rule in files & set(RULES["UA-1"]) for name in RULES["UA-1"][rule].conditions}
    unmeasured = sorted(claimed(DOCUMENT.read_text("utf-8")) - conditions)
    head = (
        f"Measured on {day:%-d %B %Y}. Of the conditions of the Matterhorn Protocol that are claimed below, "
        f"{len(conditions)} have files in the corpus; without one, and so not measured, are {', '.join(unmeasured)}."
    )
    parts = [table(standard, found) for standard in RULES if any(each.standard == standard for each in found)]
    return "\n\n".join([head, *parts])


def claimed(document: str) -> set[str]:
    """The conditions of the Matterhorn Protocol that docs/preflight.md says preflight asks."""
    return set(re.findall(r"^\| (\d\d-\d{3}) \| [^|]+ \| [A-Z]{3}-\d{3} \|$", document, re.MULTILINE))


def put(document: Path, begin: str, end: str, text: str) -> None:
    """Put what was measured between two marks of a document."""
    head, rest = document.read_text("utf-8").split(begin)
    document.write_text(head + begin + "\n" + text + "\n\n" + end + rest.split(end)[1], "utf-8")


def main(arguments: list[str]) -> int:
    """Print the tables, and the files that are judged wrongly."""
    folders = [Path(argument) for argument in arguments if not argument.startswith("-")]
    if len(folders) != 1 or not folders[0].is_dir():
        print("usage: python tests/corpus.py DIR [--write]", file=sys.stderr)
        return 2
    found = list(verdicts(folders[0]))
    if not found:
        print(f"{folders[0]} holds no files of the corpus, such as PDF_UA-1/…/7.2-t03-fail-b.pdf", file=sys.stderr)
        return 2
    text = measured(found, date.today())
    print(text)
    for each in found:
        if not each.is_right:
            what = "not accused by its clause" if each.fails else "accused"
            print(f"{each.standard} {each.file}: {what}; {', '.join(sorted(each.accessibility)) or 'nothing'}")
    if "--write" in arguments:
        put(DOCUMENT, BEGIN, END, text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
