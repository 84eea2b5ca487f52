"""What the process that makes pages does: the booklet's own walk for one job, kept warm, and what is asked of its
files.

    make -> the files, as soon as they are finished;  examine -> what preflight says of them, behind that

Each call stands alone and in this process's main thread, where the bounds of time and memory hold.
"""

from __future__ import annotations

import gc
import io
import signal
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from pikepdf import Pdf

from booklet.bounds import JOB, MAX_DATA_BYTES, TooMuchError, end_with, within_bounds
from booklet.composing import HANDOUT, publication, titles_of
from booklet.files import alone, inside
from booklet.files import read as read_file
from booklet.findings import WITHOUT_WAIVER, BookletError, Finding, Place, error, in_order
from booklet.finishing import FinishedFile, TypesetBooklet
from booklet.finishing import sources as sources_in
from booklet.formats import FORMATS
from booklet.jobs import Job, JobContext, examined, finished_files, prepare, typeset_title
from booklet.manuscript import Manuscript, read
from booklet.pdf import PT_PER_MM, Box, Geometry, Matrix, geometry_of, shrunk
from booklet.preflight import Report
from booklet.processes import collect_seldom
from booklet.records import Order
from booklet.store import Store
from booklet.today import Today
from booklet.transcript import UnheardError, hear
from booklet.typesetting import Segment, WrittenFacts, facts_key
from booklet.walk import Sources, composed
from booklet_editor.heard import as_document
from booklet_editor.records import Choice, Line, Made, MadeFile, MadePage, Note, Option, Options, Request, Spot
from booklet_editor.sources import sources_of

MOST_WORDS = 90
"""Characters of a line by which it is known."""
MAIN_FORM = "screen"
"""The format that is shown when nobody has chosen."""


_Piece = tuple[Segment, int, Matrix]
"""A page (from 0) of a part as it stands on a page of a file."""


@dataclass(frozen=True)
class _Shown:
    """A finished file that is looked at: the number of its first page among all, and the boxes of its pages."""

    file: FinishedFile
    first: int
    boxes: tuple[Geometry, ...]


@dataclass
class _Desk:
    """What lies before this process: a folder for what is temporary, the store, and the files made last. Once it is
    warm, what it holds by then (libraries, styles, fonts) is not looked through for garbage again, which took half
    of the time.
    """

    aside: Path
    project: Path = Path()
    store: Store | None = None
    shown: tuple[_Shown, ...] = ()
    is_warm: bool = False


_DESK: list[_Desk] = []


def begin(parent: int, aside: Path) -> None:
    """Make this process ready: it ends with the one that started it, and leaves an interrupt to that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent)
    collect_seldom()
    _DESK[:] = [_Desk(aside)]


def make(request: Request) -> Made:
    """The files of a booklet from the sources as they are now, not examined yet."""
    (desk,) = _DESK
    before = sources_of(request.project)
    try:
        made, shown = _made(request, desk)
    except BookletError as reason:
        finding = error("SRC-014", Place("chapters"), str(reason), "Another edition, title or format.")
        manuscript, _ = read(request.project, Today(request.today))
        made, shown = Made(request.choice, _options(manuscript) if manuscript else Options(), (), (finding,)), ()
    except OSError as reason:
        name = Path(reason.filename).name if reason.filename else "chapters"
        found = f"A file cannot be read or written ({name}: {reason.strerror})."
        finding = error("SYS-002", Place("chapters"), found, "Files that can be read, and a disk with room.")
        made, shown = Made(request.choice, Options(), (), (finding,)), ()
    if sources_of(request.project) != before:
        return Made(request.choice, Options(), is_stale=True)
    desk.project, desk.shown = request.project, shown or desk.shown
    return made


def _made(request: Request, desk: _Desk) -> tuple[Made, tuple[_Shown, ...]]:
    today = Today(request.today)
    choice, options = _settled(request, today)
    wanted = (choice.edition,), (choice.form,), (choice.title,)
    order = Order(request.project, request.project / "dist", request.today, *wanted)
    sources = composed(order, today)
    options = _options(sources.manuscript) if sources.manuscript else options
    if sources.are_faulty:
        return Made(choice, options, (), sources.findings), ()
    desk.store = desk.store or Store(order.store)
    with alone(desk.store.folder):
        shown, files, faults = _finished(order, sources, desk)
    return Made(choice, options, files, in_order([*sources.findings, *sources.told, *faults])), shown


def _settled(request: Request, today: Today) -> tuple[Choice, Options]:
    """What is asked for, or the first of what there is."""
    choice = request.choice
    if choice.edition and choice.title and choice.form:
        return choice, Options()
    manuscript, _ = read(request.project, today)
    options = _options(manuscript) if manuscript else Options()
    edition = choice.edition or next((row.value for row in options.editions), "")
    title = choice.title or next((row.value for row in options.titles), "main")
    return Choice(edition.upper(), title, choice.form or MAIN_FORM), options


def _options(manuscript: Manuscript) -> Options:
    edition = manuscript.editions[0] if manuscript.editions else None
    titles = titles_of(manuscript) if edition else ()
    return Options(
        editions=tuple(Option(each.code, each.name) for each in manuscript.editions),
        titles=(
            *(Option(title, publication(manuscript, edition, title).title) for title in titles if edition),
            *(Option(f"{HANDOUT}{row.head.id}", f"Handout: {row.head.title}") for row in manuscript.chapters),
        ),
        forms=tuple(
            Option(row.name, row.words) for row in FORMATS.values() if row.name != "press" or manuscript.book.printer
        ),
    )


def _finished(
    order: Order, sources: Sources, desk: _Desk
) -> tuple[tuple[_Shown, ...], tuple[MadeFile, ...], list[Finding]]:
    """The files of the one job of an order, and what is wrong with it."""
    (job,) = sources.jobs
    assert sources.manuscript and desk.store
    prepare(JobContext(sources.manuscript, order, desk.store.folder, desk.aside, sources.waivers))
    standard, large = sources.composed_for(job)
    volumes = typeset_title(job.title, job.edition, job.form, standard, large)
    findings = list(volumes.findings)
    shown: list[_Shown] = []
    made: list[MadeFile] = []
    try:
        with within_bounds(JOB):
            for composition, segments in volumes.volumes:
                booklet, (files, faults) = finished_files(job, composition, segments)
                findings += faults
                for file in files:
                    if file.profile is None:
                        continue  # a ticket for programs has no pages
                    boxes = _boxes(file.content)
                    first = shown[-1].first + len(shown[-1].boxes) if shown else 0
                    shown.append(_Shown(file, first, boxes))
                    made.append(_as_made(job, booklet, segments, shown[-1]))
    except TooMuchError as reason:
        found = f"Finishing {job} takes {reason}."
        return (), (), [*findings, error("SYS-003", Place("chapters"), found, "Less text, or simpler drawings.")]
    return tuple(shown), tuple(made), findings


def _boxes(content: bytes) -> tuple[Geometry, ...]:
    with Pdf.open(io.BytesIO(content)) as pdf:
        return tuple(geometry_of(page.obj)[0] for page in pdf.pages)


def _as_made(job: Job, booklet: TypesetBooklet, segments: Sequence[Segment], shown: _Shown) -> MadeFile:
    """A file with its pages, each known by the pieces that stand on it, and by what all have from elsewhere."""
    file = shown.file
    kept = {segment.key: segment for segment in segments}
    pieces: list[list[_Piece]] = [[] for _ in shown.boxes]
    for origin in file.origins:
        for row in origin.places:
            pieces[row.page_index].append((kept[origin.segment], row.page, row.matrix))
    facts = replace(booklet, segments=(), anchors={}, phones={}, kit=None)
    facts = facts if job.form.finish == "press" else replace(facts, print_job=None)
    others = sha256(repr((facts, len(shown.boxes))).encode()).hexdigest()
    pages = (_as_page(shown, index, there, others) for index, there in enumerate(pieces))
    return MadeFile(file.name, file.content, tuple(pages), job.form.finish == "tagged")


def _as_page(shown: _Shown, index: int, pieces: Sequence[_Piece], others: str) -> MadePage:
    file, box = shown.file, shown.boxes[index]
    made_of: list[object] = [(segment.key, page, matrix) for segment, page, matrix in pieces]
    made_of = made_of or [index, sha256(file.content).hexdigest()]
    name, words = f"{file.name} {index}", f"Side {index + 1}"
    if len(pieces) == 1 and len(file.origins) > 1:
        ((segment, page, _),) = pieces
        name = f"{file.name.rpartition('-')[2]} {segment.part.id} {page}"
        words = f"{segment.part.title}, page {segment.folio(page)}"
    profile = file.profile
    safe_mm = profile.safe_mm or profile.unprintable_mm or profile.margin_mm if profile else 0.0
    _, _, width, height = _mm(box, box.media)
    return MadePage(
        name=name,
        words=words,
        made_of=sha256(repr((others, made_of)).encode()).hexdigest()[:32],
        size_mm=(width, height),
        trim_mm=_mm(box, box.finished),
        bleed_mm=_mm(box, box.bleed) if box.bleed and box.bleed != box.finished else None,
        safe_mm=_mm(box, shrunk(box.finished, safe_mm * PT_PER_MM)) if safe_mm else None,
    )


def _mm(page: Geometry, box: Box) -> Box:
    """A box as left, top, width and height in mm from the corner of the page, bleed and all."""
    left, _, _, top = page.media
    x0, y0, x1, y1 = box
    return (x0 - left) / PT_PER_MM, (top - y1) / PT_PER_MM, (x1 - x0) / PT_PER_MM, (y1 - y0) / PT_PER_MM


def examine() -> tuple[Note, ...]:
    """What preflight says of the files made last, and room in the store for the next."""
    (desk,) = _DESK
    if desk.store is None:
        return ()
    with alone(desk.store.folder):
        notes = tuple(note for shown in desk.shown for note in _examined(shown))
        desk.store.trim()
    if not desk.is_warm:
        gc.collect()
        gc.freeze()
        desk.is_warm = True
    return notes


def _examined(shown: _Shown) -> Iterator[Note]:
    try:
        with within_bounds(JOB):
            report = examined(shown.file)
    except TooMuchError as reason:
        found = f"Looking into {shown.file.name} takes {reason}."
        yield Note(error("SYS-003", Place("chapters"), found, "Less text, or simpler drawings."))
    else:
        yield from _notes(report, shown) if report else ()


def _notes(report: Report, shown: _Shown) -> Iterator[Note]:
    for complaint in report.complaints:
        finding = complaint.as_finding(report.file)
        spots = tuple(
            Spot(shown.first + spot.page_index, _mm(shown.boxes[spot.page_index], spot.box) if spot.box else None)
            for spot in complaint.spots
            if spot.page_index < len(shown.boxes)
        )
        yield Note(finding, spots, "" if finding.code in WITHOUT_WAIVER else finding.place.file)


def lines(page: int) -> tuple[Line, ...]:
    """The lines of the sources that a page shows, each with the box around what comes from it, in reading order."""
    (desk,) = _DESK
    shown = next((each for each in desk.shown if each.first <= page < each.first + len(each.boxes)), None)
    if shown is None or desk.store is None:
        return ()
    index = page - shown.first
    origins = [
        replace(origin, places=here, tagged=False)
        for origin in shown.file.origins
        if (here := tuple(row for row in origin.places if row.page_index == index))
    ]
    boxes: dict[Place, Box] = {}
    for box, place in sources_in(desk.store, origins).by_box.get(index, ()):
        if place.line:
            boxes[place] = _around(boxes.get(place, box), box)
    rows = {file: _rows(desk.project, file) for file in {place.file for place in boxes}}
    return tuple(
        Line(
            file=place.file,
            line=place.line,
            words="".join(rows[place.file][place.line - 1 : place.line]),
            box_mm=_mm(shown.boxes[index], box),
        )
        for place, box in boxes.items()
    )


def _rows(project: Path, file: str) -> list[str]:
    """How each line of a source begins; nothing of one that cannot be read."""
    path = project / file
    try:
        content = read_file(path, MAX_DATA_BYTES) if inside(project, path) else b""
    except OSError:
        return []
    return [row.strip()[:MOST_WORDS] for row in content.decode("utf-8", "replace").split("\n")]


def _around(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def find(file: str, line: int) -> Spot | None:
    """Where a line of the sources is printed: it, or the nearest before it in the same file."""
    (desk,) = _DESK
    best: tuple[int, int] | None = None
    for shown in desk.shown if desk.store else ():
        for origin in shown.file.origins:
            facts = desk.store.load(facts_key(origin.segment), WrittenFacts) if desk.store else None
            for row in origin.places if facts else ():
                for number in _numbers(facts.sources[row.page] if facts else (), file):
                    if number <= line and (best is None or number > best[0]):
                        best = (number, shown.first + row.page_index)
    if best is None:
        return None
    number, page = best
    return Spot(page, next((row.box_mm for row in lines(page) if (row.file, row.line) == (file, number)), None))


def _numbers(places: Iterable[str], file: str) -> Iterator[int]:
    for words in places:
        place = Place.parse(words)
        if place and place.file == file and place.line:
            yield place.line


def heard(number: int) -> str:
    """What is heard of one of the files made last, as an HTML page."""
    (desk,) = _DESK
    if not 0 <= number < len(desk.shown):
        return as_document(None, ("There is no such file any more.",))
    file = desk.shown[number].file
    try:
        reading = hear(file.content, Path(file.name).name)
    except UnheardError as reason:
        return as_document(None, (str(reason),))
    return as_document(reading.top, reading.notes)
