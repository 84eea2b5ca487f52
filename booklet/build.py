"""The whole walk on one screen: chapters in, checked booklets out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from booklet import bindery, dispatch
from booklet.composing import Composition, compose
from booklet.findings import BookletError, Finding, Place, error, has_errors, in_order
from booklet.manuscript import Edition, Manuscript, read
from booklet.preflight import Promise, preflight
from booklet.typesetting import CACHE, FORMATS, Format, Segment, Typesetter, typeset

LIBRARIES = ("booklet", "weasyprint", "pydyf", "fonttools", "tinyhtml5", "jinja2", "markdown-it-py", "pikepdf", "segno")
Tell = Callable[[str, int, int], None]
"""Told before each edition: its name, how many are done, how many there are."""


class UnknownEditionError(BookletError):
    """Somebody asked for an edition that has no file."""

    exit_status = 2


@dataclass(frozen=True)
class Order:
    """What to build: no editions or formats named means all of them."""

    project: Path
    dist: Path
    today: date
    editions: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    use_cache: bool = True
    pdf_ua: int = 1


@dataclass(frozen=True)
class Receipt:
    """What came of it: the files as the manifest has them, which of them are new, and every finding."""

    files: tuple[dispatch.Entry, ...]
    built: int
    findings: tuple[Finding, ...]
    seconds: float
    typeset: int = 0
    reused: int = 0

    @property
    def failed(self) -> bool:
        """True when a finding stopped the build."""
        return has_errors(self.findings)


def check(order: Order) -> tuple[Finding, ...]:
    """Every fault of the sources, without making a PDF."""
    manuscript, findings = read(order.project, order.today)
    if manuscript:
        for edition in _chosen(manuscript, order.editions, findings):
            findings += compose(manuscript, edition, order.project, order.today)[1]
    return in_order(findings)


def build(order: Order, tell: Tell = lambda *_: None) -> Receipt:
    """Build what is ordered into `dist`. With a finding of severity error, `dist` stays as it was."""
    start = time.monotonic()
    manuscript, findings = read(order.project, order.today)
    if manuscript is None:
        return Receipt((), 0, in_order(findings), time.monotonic() - start)
    forms = [FORMATS[name].as_pdf_ua(order.pdf_ua) for name in order.formats or FORMATS]
    editions = _chosen(manuscript, order.editions, findings)
    source = _source_hash(order)
    known = {entry.file: entry for entry in dispatch.read_manifest(order.dist) if order.use_cache}
    wanted = [(form, edition, _file_name(manuscript, edition, form)) for form in forms for edition in editions]
    stale = [row for row in wanted if row[2] not in known or known[row[2]].source != source]
    deliveries: list[dispatch.Delivery] = []
    setters = {form: Typesetter(order.project, styles_folder(), form, _cache(order)) for form, _, _ in stale}
    compositions = {
        edition.code: _composed(manuscript, edition, order, findings)
        for edition in dict.fromkeys(edition for _, edition, _ in stale)
    }
    for done, (form, edition, file) in enumerate(stale if not has_errors(findings) else ()):
        tell(f"{edition.code} {form.name}", done, len(stale))
        composition = compositions[edition.code]
        assert composition
        segments, faults = typeset(composition, setters[form])
        findings += faults
        if not has_errors(faults):
            delivery, faults = _bound(manuscript, edition, form, composition, segments, file, source)
            findings += faults
            if order.use_cache:
                bindery.keep_sources(order.project, delivery.content, bindery.sources_of(segments))
            deliveries.append(delivery)
    if not has_errors(findings):
        findings += _deliver(order.dist, tuple(deliveries))
        for setter in setters.values():
            setter.forget_old()
    new = {delivery.entry.file: delivery.entry for delivery in deliveries}
    files = () if has_errors(findings) else tuple({**known, **new}[file] for _, _, file in wanted)
    return Receipt(
        files,
        len(new) if files else 0,
        in_order(findings),
        time.monotonic() - start,
        sum(setter.typeset for setter in setters.values()),
        sum(setter.reused for setter in setters.values()),
    )


def styles_folder() -> Path:
    """The style sheets and fonts: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    return next(folder for folder in (package / "styles", package.parent / "styles") if folder.is_dir())


def _chosen(manuscript: Manuscript, codes: Iterable[str], findings: Iterable[Finding]) -> tuple[Edition, ...]:
    """The editions asked for. One whose own file has a fault is left out: the fault says why."""
    editions = {edition.code: edition for edition in manuscript.editions}
    wanted = [code.upper() for code in codes] or list(editions)
    faulty = {Path(finding.place.file).stem.upper() for finding in findings if "/editions/" in finding.place.file}
    unknown = [code for code in wanted if code not in editions and code not in faulty]
    if unknown:
        raise UnknownEditionError(f"No edition '{unknown[0]}'. There are: {', '.join(editions)}.")
    return tuple(editions[code] for code in dict.fromkeys(wanted) if code in editions)


def _composed(manuscript: Manuscript, edition: Edition, order: Order, findings: list[Finding]) -> Composition | None:
    composition, faults = compose(manuscript, edition, order.project, order.today)
    findings += faults
    return composition


def _bound(
    manuscript: Manuscript,
    edition: Edition,
    form: Format,
    composition: Composition,
    segments: tuple[Segment, ...],
    file: str,
    source: str,
) -> tuple[dispatch.Delivery, list[Finding]]:
    book = manuscript.book
    title = bindery.Title(
        title=f"{book.title}: {book.subtitle} ({edition.name})",
        subject=book.description,
        author=book.publisher,
        language=book.language,
        issued=book.issue_date,
        anchors=composition.titles,
        hue=bindery.hue_of(edition.hue.deep, edition.hue.tint),
        pdf_ua=form.pdf_ua,
        edition=edition.name,
        issue=book.issue,
    )
    content = bindery.bind(segments, title)
    folios = tuple(segment.folio(index) for segment in segments for index in range(segment.layout.pages))
    promise = Promise(
        file=file,
        folios=folios,
        trim_mm=form.trim_mm,
        title=title.title,
        language=title.language,
        headings=sum(len(segment.layout.bookmarks) for segment in segments),
        phones=composition.phones,
        pdf_ua=form.pdf_ua,
    )
    entry = dispatch.Entry(
        file=file,
        title=book.title,
        edition=edition.code,
        format=form.name,
        issue=book.issue,
        order_code=getattr(edition.order_codes, form.order_code),
        pages=len(folios),
        bytes=len(content),
        sha256=sha256(content).hexdigest(),
        trim_mm=form.trim_mm,
        source=source,
    )
    return dispatch.Delivery(entry, content), preflight(content, promise)


def _deliver(dist: Path, deliveries: tuple[dispatch.Delivery, ...]) -> list[Finding]:
    if not deliveries:
        return []
    try:
        dispatch.deliver(dist, deliveries, _versions())
    except OSError as reason:
        found = f"The files cannot be written ({reason.strerror})."
        return [error("SYS-002", Place(dist.name), found, "A folder that can be written, on a disk with room.")]
    return []


def _file_name(manuscript: Manuscript, edition: Edition, form: Format) -> str:
    book = manuscript.book
    return f"{edition.code}/{book.slug}-{edition.code}-{book.issue}-{form.name}.pdf"


def _cache(order: Order) -> Path | None:
    return order.project / CACHE if order.use_cache else None


def _versions() -> str:
    return ", ".join(f"{name} {version(name)}" for name in LIBRARIES)


def _source_hash(order: Order) -> str:
    """A hash of everything a build depends on: sources, styles, the package itself, versions and the date."""
    digest = sha256(f"{order.today} {_versions()}".encode())
    package = Path(__file__).resolve().parent
    for folder in (order.project / "chapters", styles_folder(), package):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(folder).as_posix()} {path.stat().st_size} ".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
