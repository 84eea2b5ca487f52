"""What is run and measured: builds of a copy of the project in a temporary folder, through the command line, one change
after another; the loops over the same text; starting the program.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from statistics import median

import pikepdf

from tests.benchmark import books, long_books
from tests.benchmark.books import Selection
from tests.benchmark.mailing import mailed
from tests.benchmark.measuring import Outcome, Usage, cpu_s_of, measure, median_usage
from tests.benchmark.profiling import Profile, profile_of
from tests.benchmark.worklist import read_list
from tests.workers import cluster

PROJECT = Path(__file__).resolve().parent.parent.parent
DAY, NEXT_DAY = "2026-11-22", "2026-11-23"
EDITS = 20
"""How often a chapter is saved while a browser looks on."""
STARTS = 9
"""How often a program is started to know how long starting takes."""
FIRST, FURTHER = "VIC", "TAS"
"""The edition that is built first, and the one after it."""
EDITIONS = (FIRST, FURTHER)
TITLE = "main"


@dataclass(frozen=True)
class Edit:
    """Words of the shipped text to change, found once in their file."""

    file: str
    old: str
    new: str

    def apply(self, project: Path) -> None:
        """Change the words. Raises ValueError when the file has other words by now."""
        path = project / self.file
        text = path.read_text("utf-8")
        if text.count(self.old) != 1:
            raise ValueError(f"{self.file} has '{self.old}' {text.count(self.old)} times, not once.")
        path.write_text(text.replace(self.old, self.new), "utf-8")


WORD = Edit("chapters/05-tests.md", "all make pictures of", "all take pictures of")
SERVICE = Edit("chapters/support/vic.yaml", "led by social workers", "run by social workers")
SERVICE_EDITION = "VIC"


@dataclass(frozen=True)
class Effect:
    """What a build did: parts typeset and reused by its own account, and how many files of `dist` have other bytes than
    before (`changed`) or were written again (`written`), all and those of other editions than the edited one.
    """

    typeset: int
    reused: int
    files: int
    changed: int
    written: int
    written_elsewhere: int


@dataclass(frozen=True)
class Output:
    """Files of one format together."""

    files: int
    pages: int
    bytes: int


@dataclass
class Measured:
    """One run: what each step cost, what each build did, and what came out, by who made it and by format."""

    usage: dict[str, Usage] = field(default_factory=dict)
    effects: dict[str, Effect] = field(default_factory=dict)
    output: dict[str, dict[str, Output]] = field(default_factory=dict)
    files: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """The checksum of each file of some steps, to be compared within the run."""
    copies: Output | None = None
    """The copies of clinics."""

    @property
    def costs(self) -> dict[str, dict[str, float]]:
        """All that is known of each step, by names: seconds, megabytes, files."""
        return {
            step: {
                name: value
                for record in (usage, self.effects.get(step))
                if record
                for name, value in asdict(record).items()
                if value is not None
            }
            for step, usage in self.usage.items()
        }


@dataclass(frozen=True)
class Setting:
    """What all runs share: what is measured, and the folder with the prepared booklets."""

    selection: Selection
    prepared: Path


WORKERS = 3
SHORT, LONG = 50, 1000
"""The pages of the made-up booklets."""
FEW_CLINICS, MANY_CLINICS = 100, 2000
CHAIN = ("cold", "unchanged", "word", "service", "next-day")
"""Builds of one project after another, in this order."""


def run(setting: Setting, wanted: Iterable[str]) -> Measured:
    """One run of the steps that are wanted, and of those that must go before them."""
    wanted = set(wanted)
    measured = Measured()
    if "cluster" in wanted:
        wanted.add("cold")
    if wanted & set(CHAIN):
        _chain(setting, wanted, measured)
    for name in ("loop", "typst"):
        if name in wanted:
            measured.usage[name] = _loop(setting, name)
            measured.output[name] = _output_of_loop(setting.prepared, name)
    if "cluster" in wanted:
        measured.usage["cluster"] = _on_cluster(setting, measured.files["cold"])
    for pages in (SHORT, LONG):
        if wanted & {f"long-{pages}", f"page-{pages}"}:
            measured.usage |= _long(pages)
    if wanted & {"first", "further"}:
        _further(setting, measured)
    if "warm" in wanted:
        measured.usage |= _warm()
    if wanted & {"saving", "saving-p95"}:
        measured.usage |= _saves()
    if wanted & {"orders", "orders-few", "sheets"}:
        measured.usage |= mailed()
    if wanted & {"imprint", f"imprints-{FEW_CLINICS}", f"imprints-{MANY_CLINICS}"}:
        _imprints(measured)
    if wanted & {"help", "pass"}:
        measured.usage |= _starts()
    return measured


def _chain(setting: Setting, wanted: set[str], measured: Measured) -> None:
    """Builds of the whole set: cold, again, after a changed word, after a changed service, and on the next day."""
    edits: Mapping[str, Edit] = {"word": WORD, "service": SERVICE}
    options = _options(setting.selection)
    with _copy() as project:
        for name in CHAIN:
            if name not in wanted and name != "cold":
                continue
            if name in edits:
                edits[name].apply(project)
            before = _snapshot(project)
            outcome = _build(project, NEXT_DAY if name == "next-day" else DAY, options)
            measured.usage[name] = outcome.usage
            measured.effects[name] = effect(outcome.said, before, _snapshot(project))
            if name == "cold":
                measured.output["project"] = _output_of_project(project)
                measured.files["cold"] = {file: digest for file, (digest, _) in _snapshot(project).items()}


def _on_cluster(setting: Setting, at_home: Mapping[str, str]) -> Usage:
    """The whole set by three workers as real processes: what the build costs, and what they cost meanwhile. Raises
    ValueError when other bytes come out than at home.
    """
    with _copy() as project, cluster(project / "cluster", WORKERS) as workers:
        before = cpu_s_of(workers.processes)
        outcome = _build(project, DAY, [*_options(setting.selection), "--scheduler", workers.address])
        spent_s = cpu_s_of(workers.processes) - before
        made = {file: digest for file, (digest, _) in _snapshot(project).items()}
    if made != at_home:
        raise ValueError("The cluster gives other bytes than the same build at home.")
    return Usage(outcome.usage.cpu_s + spent_s, outcome.usage.wall_s)


def _long(pages: int) -> dict[str, Usage]:
    """A made-up booklet of about so many pages, built and set by WeasyPrint alone: in all, and a page."""
    with tempfile.TemporaryDirectory(prefix="booklet-benchmark-") as folder:
        project = long_books.write(Path(folder), pages)
        prepared = project / "prepared"
        prepared.mkdir()
        selection = Selection((FIRST,), (TITLE,), ("screen",))
        books.prepare(project, date.fromisoformat(DAY), selection, prepared)
        built = _build(project, DAY, _options(selection)).usage
        loop = measure([sys.executable, "-m", "tests.benchmark.loop", prepared, project / "chapters"], PROJECT).usage
        counts = {
            "": sum(each.pages for each in _output_of_project(project).values()),
            "loop-": sum(each.pages for each in _output_of_loop(prepared, "loop").values()),
        }
    usages = {"": built, "loop-": loop}
    return {f"{name}long-{pages}": usage for name, usage in usages.items()} | {
        f"{name}page-{pages}": Usage(usage.cpu_s / counts[name], usage.wall_s / counts[name])
        for name, usage in usages.items()
    }


def _imprints(measured: Measured) -> None:
    """The copies of one clinic, for which the edition is typeset; of few and of many, for which it is there; and what
    one of the many costs, with its share of the typesetting.
    """
    options = _options(Selection((FIRST,), (TITLE,), ("screen",)))
    usages: dict[str, Usage] = {}
    with _copy() as project:
        for count in (1, FEW_CLINICS, MANY_CLINICS):
            clinics = project / f"clinics-{count}.csv"
            clinics.write_text("\n".join(["id,name,address,phone,edition", *_clinics(count), ""]), "utf-8")
            outcome = _build(project, DAY, [*options, "--imprints", str(clinics)])
            usages[f"imprints-{count}"] = outcome.usage
            sizes = [path.stat().st_size for path in project.glob("dist/*/imprints/*/*.pdf")]
            measured.copies = Output(len(sizes), 0, sum(sizes))
            shutil.rmtree(project / "dist")
    both = (usages["imprints-1"], usages[f"imprints-{MANY_CLINICS}"])
    each = Usage(sum(use.cpu_s for use in both) / MANY_CLINICS, sum(use.wall_s for use in both) / MANY_CLINICS)
    measured.usage |= usages | {"imprint": each}


def _clinics(count: int) -> Iterator[str]:
    """Rows of clinics that are none."""
    for number in range(count):
        yield f'c-{number},Sample Clinic {number},"{number} Sample Street",(03) 9123 {number:04},{FIRST}'


def _further(setting: Setting, measured: Measured) -> None:
    """One title in all formats: the first edition, then another beside it."""
    with _copy() as project:
        for name, edition in (("first", FIRST), ("further", FURTHER)):
            selection = Selection((edition,), (TITLE,), setting.selection.formats)
            before = _snapshot(project)
            outcome = _build(project, DAY, _options(selection))
            measured.usage[name] = outcome.usage
            measured.effects[name] = effect(outcome.said, before, _snapshot(project))


def by_edition(setting: Setting) -> dict[tuple[str, str], Effect]:
    """How many parts are typeset for each edition and format of one title, built one after another from nothing."""
    effects = {}
    with _copy() as project:
        for edition in setting.selection.editions:
            for form in setting.selection.formats:
                before = _snapshot(project)
                outcome = _build(project, DAY, _options(Selection((edition,), (TITLE,), (form,))))
                effects[edition, form] = effect(outcome.said, before, _snapshot(project))
    return effects


def profiles(setting: Setting) -> dict[str, Profile]:
    """A further edition of one title in all formats, and then one word in both, each built by one process."""
    found = {}
    with _copy() as project:
        first, both = (Selection(editions, (TITLE,), setting.selection.formats) for editions in ((FIRST,), EDITIONS))
        _build(project, DAY, _options(first))
        found["further"] = _profiled(project, _options(both))
        WORD.apply(project)
        found["word"] = _profiled(project, _options(both))
    return found


def _profiled(project: Path, options: list[str]) -> Profile:
    target = project / "profile"
    program: list[str | Path] = [sys.executable, "-m", "cProfile", "-o", target, "-m", "booklet"]
    place: list[str | Path] = ["--project", project, "--out", project / "dist"]
    measure([*program, "build", *place, "--date", DAY, "--jobs", "1", *options], PROJECT)
    return profile_of(target)


def _loop(setting: Setting, name: str) -> Usage:
    """Every prepared booklet, set by WeasyPrint alone or by Typst."""
    shutil.rmtree(setting.prepared / name, ignore_errors=True)
    modules: Mapping[str, tuple[str | Path, ...]] = {
        "loop": ("tests.benchmark.loop", setting.prepared, PROJECT / "chapters"),
        "typst": ("tests.benchmark.typst_loop", setting.prepared),
    }
    return measure([sys.executable, "-m", *modules[name]], PROJECT).usage


def _warm() -> dict[str, Usage]:
    """What a changed word costs the preview's process: until the page is there, and what preflight says behind it."""
    with _copy() as project:
        facts: tuple[str | Path, ...] = (project, FIRST, TITLE, DAY, project / WORD.file, WORD.old, WORD.new)
        outcome = measure([sys.executable, "-m", "tests.benchmark.warm", *facts], PROJECT)
    used = json.loads(outcome.said.splitlines()[-1])
    return {name: Usage(cost["cpu_s"], cost["wall_s"], outcome.usage.peak_mb) for name, cost in used.items()}


def _saves() -> dict[str, Usage]:
    """What an editor waits who saves one chapter after another and looks at the preview: the median, and what 19 of 20
    saves do not exceed.
    """
    with _copy() as project:
        facts: tuple[str | Path, ...] = (project, FIRST, TITLE, DAY, str(EDITS))
        outcome = measure([sys.executable, "-m", "tests.benchmark.saving", *facts], PROJECT)
    seconds = sorted(json.loads(outcome.said.splitlines()[-1]))
    mean_cpu_s = outcome.usage.cpu_s / EDITS
    return {
        "saving": Usage(mean_cpu_s, median(seconds), outcome.usage.peak_mb),
        "saving-p95": Usage(mean_cpu_s, seconds[round(0.95 * (EDITS - 1))], outcome.usage.peak_mb),
    }


def _starts() -> dict[str, Usage]:
    """Starting the program for its help, and starting Python for nothing, in turns; the median of each."""
    commands: Mapping[str, list[str | Path]] = {"help": [_program(), "--help"], "pass": [sys.executable, "-c", "pass"]}
    usages: dict[str, list[Usage]] = defaultdict(list)
    for _ in range(STARTS):
        for name, command in commands.items():
            usages[name].append(measure(command, PROJECT).usage)
    return {name: median_usage(rows) for name, rows in usages.items()}


@contextmanager
def _copy() -> Iterator[Path]:
    """A new project that holds a copy of the chapters."""
    with tempfile.TemporaryDirectory(prefix="booklet-benchmark-") as folder:
        shutil.copytree(PROJECT / "chapters", Path(folder, "chapters"))
        yield Path(folder)


def _program() -> Path:
    """The command as it is installed beside this Python."""
    return Path(sys.executable).with_name("booklet")


def _build(project: Path, day: str, options: list[str]) -> Outcome:
    place: list[str | Path] = ["--project", project, "--out", project / "dist"]
    return measure([_program(), "build", *place, "--date", day, *options], project)


def _options(selection: Selection) -> list[str]:
    names = {"--edition": selection.editions, "--title": selection.titles, "--format": selection.formats}
    return [word for option, values in names.items() for value in values for word in (option, value)]


Snapshot = Mapping[str, tuple[str, int]]
"""The checksum and the time of change of each file of `dist`."""


def _snapshot(project: Path) -> Snapshot:
    dist = project / "dist"
    files = (path for path in sorted(dist.rglob("*")) if path.is_file() and path.parent != dist)
    return {
        path.relative_to(dist).as_posix(): (sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in files
    }


def effect(said: str, before: Snapshot, after: Snapshot) -> Effect:
    """What a build did. Raises ValueError when it does not say how many parts it typeset."""
    told = re.findall(r"(\d+) parts typeset, (\d+) reused", said)
    if not told:
        raise ValueError(f"The build does not say how many parts it typeset:\n{said[-500:]}")
    written = [name for name in after if before.get(name) != after[name]]
    return Effect(
        typeset=int(told[-1][0]),
        reused=int(told[-1][1]),
        files=len(after),
        changed=sum(1 for name in after if before.get(name, ("", 0))[0] != after[name][0]),
        written=len(written),
        written_elsewhere=sum(1 for name in written if not name.startswith(f"{SERVICE_EDITION}/")),
    )


def _output_of_project(project: Path) -> dict[str, Output]:
    """Files, pages and bytes of each format, as the manifest has them."""
    rows: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for entry in json.loads((project / "dist/manifest.json").read_text("utf-8"))["files"]:
        rows[entry["format"]].append((entry["pages"], entry["bytes"]))
    return _summed(rows)


def _output_of_loop(folder: Path, name: str) -> dict[str, Output]:
    rows: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for book in read_list(folder):
        path = folder / name / f"{book.name}.pdf"
        with pikepdf.Pdf.open(path) as pdf:
            rows[book.format].append((len(pdf.pages), path.stat().st_size))
    return _summed(rows)


def _summed(rows: Mapping[str, list[tuple[int, int]]]) -> dict[str, Output]:
    return {
        form: Output(len(files), sum(pages for pages, _ in files), sum(size for _, size in files))
        for form, files in rows.items()
    }
