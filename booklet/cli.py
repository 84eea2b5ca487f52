"""The command line: parse, call, print, exit. Results go to standard output, everything else to standard error."""

from __future__ import annotations

import atexit
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from booklet import __version__
from booklet.bounds import FILE, TooMuchError, apart
from booklet.files import UnfitFileError, alone, write_into, write_whole
from booklet.files import read as read_file
from booklet.findings import UNPRINTABLE, BookletError, Finding, Severity, one_line
from booklet.formats import FORMATS, Duplex, PrintOptions

if TYPE_CHECKING:
    from booklet.build import Order, Receipt
    from booklet.processes import Pool

SYSTEM_LIBRARIES = """\
The typesetting engine needs the libraries Pango and HarfBuzz, and cannot load them:
  {reason}
Install them, then try again:
  Debian, Ubuntu   apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
  Fedora           dnf install pango harfbuzz
  macOS            brew install pango
  Windows          install MSYS2, then: pacman -S mingw-w64-ucrt-x86_64-pango"""


def _editions(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Codes for shell completion, from the project's own files."""
    project = Path(context.params.get("project") or ".")
    codes = sorted(path.stem.upper() for path in (project / "chapters/editions").glob("*.toml"))
    return [code for code in codes if code.startswith(incomplete.upper())]


def _today(_: click.Context, __: click.Parameter, value: str | None) -> date:
    try:
        return date.fromisoformat(value) if value else date.today()
    except ValueError as reason:
        raise click.BadParameter(f"'{value}' is not a date such as 2026-07-15.") from reason


class _FilePath(click.Path):
    """A path; the empty one names nothing, and is not the folder that one happens to be in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("an empty name.", param, ctx)
        return super().convert(value, param, ctx)


_project = click.option(
    "--project",
    type=_FilePath(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="The folder that holds chapters/. Default: this one.",
)


def _shared(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--edition", "editions", multiple=True, shell_complete=_editions, metavar="CODE",
                     help="A region, by its code. Default: all."),
        click.option("--title", "titles", multiple=True, metavar="TITLE",
                     help="main, an insert such as children, or one chapter to hand out: chapter:ID. "
                     "Default: main and all inserts."),
        _project,
        click.option("--date", "today", callback=_today, metavar="YYYY-MM-DD",
                     help="The day to build for: notices and consents hold or not. Default: today."),
    ):  # fmt: skip
        command = option(command)
    return command


class _Commands(click.Group):
    """Commands whose complaints about their use are printed as one line, whatever names they were given."""

    def invoke(self, ctx: click.Context) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except click.UsageError as reason:
            told = reason.format_message()
            if told == one_line(told):
                raise
            raise click.UsageError(one_line(told), ctx) from reason


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Make a resource booklet for every region.

    \b
    Look for faults, then build:
      booklet check
      booklet build
    One region only, while you write:
      booklet build --edition NORTH
    Complete names with the Tab key (bash; zsh and fish alike):
      eval "$(_BOOKLET_COMPLETE=bash_source booklet)"
    """


@main.command()
@click.argument("folder", type=_FilePath(path_type=Path), metavar="DIR")
@click.option("--starter", type=click.Choice(["booklet", "leaflet", "handout"]), help="Default: booklet.")
@click.option(
    "--panels",
    type=click.Choice(["6", "4"]),
    help="leaflet: 6 pages of DL, folded like a letter (default), or 4 of A5, folded once.",
)
@click.option("--subject", metavar="WORDS", help="What it is about, as it stands behind the word About.")
@click.option("--title", metavar="WORDS", help="What stands on the cover.")
@click.option("--publisher", metavar="WORDS", help="Who publishes it.")
@click.option(
    "--country", metavar="CODE", help="Whose numbers and regions, such as nz or ie. Default: the first that ships."
)
@click.option(
    "--region",
    "regions",
    multiple=True,
    metavar="CODE[=NAME]",
    help="What gets an edition: a region by its code, or any other with its name. Default: the country's first region.",
)
@click.option("--time-zone", metavar="ZONE", help="The clock of a region with a name, such as Pacific/Auckland.")
@click.option(
    "--format", "formats", multiple=True, type=click.Choice(list(FORMATS)), help="What is made. Default: all."
)
@click.option(
    "--order-line",
    metavar="WHERE",
    help="The web address or phone number where copies are ordered. Without it there is no order page.",
)
@click.option("--yes", is_flag=True, help="Ask nothing, and take what is usual for what is not given.")
def new(folder: Path, yes: bool, **given: Any) -> None:
    """Write a small project in a new folder: complete, explained, and ready to build.

    \b
      booklet new my-booklet                 asks what it is to be about
      booklet new my-booklet --yes           asks nothing
      booklet new my-leaflet --starter leaflet --title "Falls" --country nz --region NZN --region NZS
      booklet new my-handout --starter handout --region "NHG=Northern Hospitals" --time-zone Pacific/Auckland
      booklet new my-booklet --country ie    any country: what is known of its numbers, to look through

    booklet: A5 pages that are folded and stapled. leaflet: one sheet of A4, folded to six pages or to four. handout:
    sheets of A4.
    """
    with _raising():
        from booklet import starters

        wishes = _wishes({name: value for name, value in given.items() if value}, yes)
        paths = starters.new_project(folder, wishes, date.today())
    for path in paths:
        click.echo(one_line(str(path)))
    click.echo(one_line(f"Next: cd {folder}; booklet check; booklet build"), err=True)


def _wishes(given: dict[str, Any], yes: bool) -> Any:
    """What a new project is to be: as it was given, else as somebody at a terminal says, else as is usual."""
    from booklet.manuscript import shipped_countries
    from booklet.starters import MOST_NAMED, STARTERS, Wishes, country_of, zones_of

    if "panels" in given:
        given["panels"] = int(given["panels"])
    if yes:
        return Wishes(**given)
    if not _is_terminal():
        raise click.UsageError("There is nobody to ask. --yes takes what is usual for what is not given.")
    questions: tuple[tuple[str, str, Any], ...] = (
        ("starter", "What is it", click.Choice(STARTERS)),
        ("subject", "What is it about", str),
        ("title", "Title", str),
        ("publisher", "Who publishes it", str),
        ("country", f"Country ({', '.join(shipped_countries())}; or another by its two letters, such as ie)", str),
        ("regions", "Regions that get an edition, with commas ({codes}; or of your own: KENT=Kent)", str),
        ("time_zone", "The clock of your region, such as {zones}", str),
        ("formats", "Formats, with commas", str),
        ("order_line", "Web address or phone number for orders (nothing for no order page)", str),
    )
    for name, question, kind in questions:
        usual = Wishes(**given).complete()
        if name in given or (name == "time_zone" and not any("=" in region for region in usual.regions)):
            continue
        country = country_of(usual.country)
        codes, zones = ", ".join(country.regions) or "none is known", ", ".join(zones_of(country)[:MOST_NAMED])
        told = getattr(usual, name)
        default = ", ".join(told) if isinstance(told, tuple) else told
        asked = question.format(codes=codes, zones=zones)
        answer = click.prompt(asked, default=default, type=kind, err=True)
        given[name] = _listed(answer) if isinstance(told, tuple) else answer.strip()
    return Wishes(**given)


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _listed(answer: str) -> tuple[str, ...]:
    """What an answer lists, with commas, or with spaces where no name stands in it."""
    parts = answer.split(",") if "=" in answer else answer.replace(",", " ").split()
    return tuple(part.strip() for part in parts if part.strip())


@main.group()
def add() -> None:
    """Add a file to fill in, with its keys and what each is for.

    \b
      booklet add chapter "Eating well"
      booklet add service "Name of the service" --region NORTH
      booklet add edition "KENT=Kent"
      booklet add insert "For children"
      booklet add words
      booklet add country ie
    """


@add.command("chapter")
@click.argument("title", metavar="TITLE")
@_project
def add_chapter(title: str, project: Path) -> None:
    """A chapter behind all others."""
    _add(project, lambda room, folder: room.add_chapter(folder, title, date.today()))


@add.command("service")
@click.argument("name", metavar="NAME")
@click.option("--region", default="", metavar="CODE", help="The edition whose readers it serves. Default: all.")
@_project
def add_service(name: str, region: str, project: Path) -> None:
    """An entry of the directory. It prints once you have filled it in, and verified is true."""
    _add(project, lambda room, folder: room.add_service(folder, name, date.today(), region))


@add.command("edition")
@click.argument("region", metavar="CODE[=NAME]")
@click.option("--time-zone", default="", metavar="ZONE", help="The clock of a region with a name.")
@_project
def add_edition(region: str, time_zone: str, project: Path) -> None:
    """An edition for a region, with order codes of its own.

    \b
      booklet add edition NZS                one that a country has, ours or yours
      booklet add edition "KENT=Kent"        one of your own
    """
    _add(project, lambda room, folder: room.add_edition(folder, region, date.today(), time_zone))


@add.command("country")
@click.argument("code", metavar="CODE")
@_project
def add_country(code: str, project: Path) -> None:
    """What is known of a country that does not ship, by its two letters, to look through."""
    _add(project, lambda room, folder: room.add_country(folder, code, date.today()))


@add.command("words")
@_project
def add_words(project: Path) -> None:
    """The words of the house, to say otherwise or to translate."""
    _add(project, lambda room, folder: room.add_words(folder, date.today()))


@add.command("insert")
@click.argument("title", metavar="TITLE")
@_project
def add_insert(title: str, project: Path) -> None:
    """A small booklet that goes with the main one, with order codes of its own."""
    _add(project, lambda room, folder: room.add_insert(folder, title, date.today()))


def _add(project: Path, write: Callable[[Any, Path], tuple[Path, ...]]) -> None:
    """Write some files, and say which."""
    project = project.resolve()
    with _raising():
        from booklet import starters

        for path in write(starters, project):
            click.echo(one_line(path.relative_to(project).as_posix()))


@main.group("order-code")
def order_code() -> None:
    """Codes that callers say to order a title of an edition."""


@order_code.command("new")
@_project
def new_order_code(project: Path) -> None:
    """Make a code that nothing of this project has or had."""
    with _raising():
        from booklet.order_codes import spelling
        from booklet.starters import order_code as make

        code = make(project.resolve(), date.today())
    click.echo(code)
    click.echo(spelling(code), err=True)


@main.command()
@_shared
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(list(FORMATS)),
    help="; ".join(f"{row.name}: {row.words}" for row in FORMATS.values()) + ". Default: all.",
)
@click.option("--out", type=_FilePath(file_okay=False, path_type=Path), help="Where files go. Default: dist.")
@click.option("--pdf-ua", type=click.IntRange(1, 2), default=1, help="1: PDF/UA-1 and PDF/A-2a (default). 2: PDF/UA-2.")
@click.option(
    "--cover",
    type=click.Choice(["separate", "same"]),
    help="press: the cover as a file of its own, or not. Default: as the printer's profile wants it.",
)
@click.option("--marks/--no-marks", default=None, help="press: printer's marks. Default: as the profile wants it.")
@click.option(
    "--duplex",
    type=click.Choice(get_args(Duplex)),
    default="short-edge",
    help="clinic: manual gives fronts and backs as two files, for printers with one side.",
)
@click.option(
    "--imprints",
    type=_FilePath(path_type=Path),
    metavar="FILE|FOLDER",
    help="Copies with clinics' own names in place of the editions: CSV, XLSX, or a folder of TOML files.",
)
@click.option("--no-cache", is_flag=True, help="Make everything anew, and keep nothing.")
@click.option("--all-or-nothing", is_flag=True, help="Deliver no file when one title in one format has a fault.")
@click.option(
    "--examine-whole", is_flag=True, help="Look into every finished file from nothing, as strangers' files are."
)
@click.option("--jobs", type=click.IntRange(0, 64), default=0, metavar="N", help="Processes. Default: one a processor.")
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Workers of Dask do the steps: tcp://host:8786, tls://host:8786 or local:4 (needs booklet[cluster]).",
)
@click.option("--cache", metavar="URL", help="A cache that all workers reach: s3://bucket/folder, file:///mnt/cache.")
@click.option("--tls-ca-file", type=_FilePath(exists=True, dir_okay=False, path_type=Path), help="For tls://, in PEM.")
@click.option("--tls-cert", type=_FilePath(exists=True, dir_okay=False, path_type=Path), help="Your certificate.")
@click.option("--tls-key", type=_FilePath(exists=True, dir_okay=False, path_type=Path), help="Its key.")
@click.option("--quiet", is_flag=True, help="Print the names of the files, and what is wrong or waived, nothing else.")
def build(
    editions: tuple[str, ...],
    titles: tuple[str, ...],
    formats: tuple[str, ...],
    project: Path,
    out: Path | None,
    today: date,
    pdf_ua: int,
    cover: str | None,
    marks: bool | None,
    duplex: Duplex,
    imprints: Path | None,
    no_cache: bool,
    all_or_nothing: bool,
    examine_whole: bool,
    jobs: int,
    scheduler: str | None,
    cache: str | None,
    tls_ca_file: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    quiet: bool,
) -> None:
    """Build the booklets into dist/.

    \b
      booklet build                          every edition
      booklet build --edition NORTH          one edition
      booklet build --edition north --edition south --out /media/stick
      booklet build --title children         one insert, for all editions
      booklet build --edition NORTH --title chapter:start-here
                                             one chapter, to hand out
      booklet build --date 2026-12-24        as it will be on that day
      booklet build --imprints clinics.csv --format screen
                                             copies with clinics' own names

    A fault of the sources stops everything: what lay in dist/ stays. A fault found in a finished file keeps back all
    files of that title, edition and format; the others are delivered.
    """
    from booklet.build import Order
    from booklet.build import build as run

    project = project.resolve()
    order = Order(
        project=project,
        dist=(out or project / "dist").resolve(),
        today=today,
        editions=editions,
        formats=formats,
        titles=titles,
        use_cache=not no_cache,
        pdf_ua=pdf_ua,
        printing=PrintOptions(cover == "separate" if cover else None, marks, duplex),
        all_or_nothing=all_or_nothing,
        examine_whole=examine_whole,
        jobs=jobs,
        imprints=imprints.resolve() if imprints else None,
    )
    if imprints and scheduler:
        raise click.UsageError(
            "Imprints are made on this machine alone, so --imprints and --scheduler do not go together."
        )
    row_by_row = "The copies that were made stay; the next build goes on from there." if imprints else ""
    with _raising(order.dist, row_by_row):
        pool = _pool(scheduler, cache, tls_ca_file, tls_cert, tls_key)
        with _progress(quiet) as tell:
            receipt = run(order, tell, pool)
    _print_receipt(order, receipt, quiet)
    sys.exit(1 if receipt.failed else 0)


def _pool(scheduler: str | None, cache: str | None, *tls: Path | None) -> Pool | None:
    """The workers of a scheduler, where one is named."""
    if scheduler is None:
        if cache or any(tls):
            raise click.UsageError("--cache and --tls-... are for --scheduler.")
        return None
    try:
        from booklet_cluster.pool import Place, pool_at
    except ModuleNotFoundError as reason:
        click.echo(f"A cluster needs the package {reason.name}: pip install '.[cluster]' in its folder", err=True)
        sys.exit(3)
    return pool_at(Place(scheduler, cache or "", *tls))


@main.command()
@_shared
@click.option("--format", "style", type=click.Choice(["text", "json", "sarif"]), default="text", help="Default: text.")
def check(editions: tuple[str, ...], titles: tuple[str, ...], project: Path, today: date, style: str) -> None:
    """Look for faults in chapters and data; make no PDF.

    \b
      booklet check                          all editions
      booklet check --edition NORTH          what one edition prints
      booklet check --format sarif > report.sarif
    """
    from booklet.build import Order
    from booklet.build import check as run
    from booklet.signing import with_changes

    project = project.resolve()
    with _raising():
        findings = run(Order(project, project / "dist", today, editions, titles=titles))
        findings = with_changes(project, findings, today)
    failed = any(finding.severity is Severity.ERROR for finding in findings)
    if style == "text":
        _print_findings(findings, file=sys.stdout)
        click.echo(_count(findings))
    else:
        click.echo(_as_text(_AS_DATA[style](findings)))
    sys.exit(1 if failed else 0)


@main.group(invoke_without_command=True)
@_project
@click.option("--date", "today", callback=_today, metavar="YYYY-MM-DD", help="The day to ring on. Default: today.")
@click.option("--csv", "as_table", is_flag=True, help="A table for a spreadsheet instead of a text.")
@click.option("--pdf", type=_FilePath(dir_okay=False, path_type=Path), metavar="FILE", help="Also as a PDF to tick.")
@click.option("--facts", is_flag=True, help="The facts and chapters to look at again, instead.")
@click.option("--all", "everything", is_flag=True, help="Also what somebody confirmed in time.")
@click.option(
    "--zone", default="", metavar="ZONE", help="Your time zone, such as Europe/Dublin. Default: this machine's."
)
@click.pass_context
def calls(
    context: click.Context,
    project: Path,
    today: date,
    as_table: bool,
    pdf: Path | None,
    facts: bool,
    everything: bool,
    zone: str,
) -> None:
    """Print which services to ring next, the worst first, and what to ask.

    \b
      booklet calls > calls.txt
      booklet calls --csv > calls.csv
      booklet calls --pdf calls.pdf
      booklet calls --facts
      booklet calls record ID --by "Jo Smith" --result confirmed
    """
    if context.invoked_subcommand:
        return
    with _raising():
        from booklet import calls as room

        project = project.resolve()
        if facts:
            if as_table or pdf:
                raise click.UsageError("--facts is a text.")
            click.echo(room.looks_as_text(room.look_list(project, today, everything)), nl=False)
            return
        rows, manuscript = room.call_list(project, today, zone, everything)
        if pdf:
            write_whole([(pdf, room.as_pdf(rows, manuscript, project, today))])
    click.echo(room.as_csv(rows) if as_table else room.as_text(rows, room.script(manuscript)), nl=False)


@calls.command("record")
@click.argument("id", metavar="ID")
@click.option("--by", required=True, metavar="NAME", help="Who rang.")
@click.option(
    "--result",
    required=True,
    type=click.Choice(["confirmed", "changed", "no-answer", "disconnected", "moved"]),
    help="confirmed: all is right. changed: right now, with --phone, or edit the entry as well. no-answer: ring again. "
    "disconnected, moved: it is wrong, and left out of print.",
)
@click.option("--phone", metavar="NUMBER", help="The number as it is now.")
@click.option("--note", metavar="WORDS", help="What the next person should know.")
@_project
@click.option("--date", "today", callback=_today, metavar="YYYY-MM-DD", help="The day of the call. Default: today.")
def record(id: str, by: str, result: str, phone: str | None, note: str | None, project: Path, today: date) -> None:
    """Write down what came of a call, or of a look at the page of a fact."""
    with _raising():
        from booklet import calls as room

        path = room.record_call(project.resolve(), id, room.call_of(today, by, result, note), phone)
    click.echo(f"{path.relative_to(project.resolve())}: {id}, {result}", err=True)


_form = click.option("--format", "form", type=click.Choice(["hsds"]), default="hsds", help="Default: hsds.")


@main.group()
def services() -> None:
    """Hand the directory to others, or take in what they know: JSON of HSDS 3 (Open Referral).

    \b
      booklet services export > directory.json
      booklet services import directory.json
      booklet services import directory.json --write
    """


@services.command("export")
@_form
@click.option("--out", type=_FilePath(dir_okay=False, path_type=Path), metavar="FILE.json", help="Default: here.")
@_project
@click.option("--date", "today", callback=_today, metavar="YYYY-MM-DD", help="Default: today.")
def export_services(form: str, out: Path | None, project: Path, today: date) -> None:
    """Write every entry of the directory. Names of people who rang and notes for editors stay out."""
    with _raising():
        from booklet import services as room

        text = room.exported(project.resolve(), today)
        if out:
            _write(out, text, ())
    if not out:
        click.echo(text, nl=False)


@services.command("import")
@click.argument("file", type=_FilePath(exists=True, dir_okay=False, path_type=Path), metavar="FILE.json")
@_form
@click.option("--write", is_flag=True, help="Put it into the entries. Without it nothing is written.")
@click.option("--only", multiple=True, metavar="ID", help="Take this service, by its id or that of its entry.")
@click.option("--kind", default="", metavar="ID", help="The kind of new services that say none.")
@click.option("--audience", default="", metavar="ID", help="The audience of new services that say none.")
@_project
@click.option("--date", "today", callback=_today, metavar="YYYY-MM-DD", help="Default: today.")
def import_services(
    file: Path, form: str, write: bool, only: tuple[str, ...], kind: str, audience: str, project: Path, today: date
) -> None:
    """Say what a file of services would change, and write it with --write: all of it or nothing. Silence empties
    nothing; a new entry waits for somebody to see it on its page.
    """
    with _raising():
        from booklet import services as room
        from booklet.bounds import MAX_EXCHANGE_BYTES

        content = _content(file, MAX_EXCHANGE_BYTES)
        wishes = room.Wishes(only, kind, audience)
        proposal = room.proposed(project.resolve(), content, file.name, today, wishes)
        click.echo(room.as_text(proposal), nl=False)
        _print_findings(proposal.findings, sys.stderr)
        paths = room.write(project.resolve(), proposal) if write else ()
    for path in paths:
        click.echo(f"{path.relative_to(project.resolve()).as_posix()} written", err=True)
    if proposal.findings:
        sys.exit(1)


@main.command()
@_project
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
@click.option("--date", "today", callback=_today, metavar="YYYY-MM-DD", help="Default: today.")
def links(style: str, project: Path, today: date) -> None:
    """Look at every web address of the sources, over the network: does it work?

    \b
      booklet links                          broken ones last, with the line to mend
      booklet links --format json            all of them, for a machine

    An address works, is broken, or could not be looked at: a host that lets no program in, or no network, breaks
    nothing. Nothing is written, and no other command asks the network. docs/editing.md says more.
    """
    from booklet import links as room
    from booklet.manuscript import read
    from booklet.today import Today

    with _raising():
        manuscript, findings = read(project.resolve(), Today(today))
        if manuscript is None:
            _print_findings(findings, file=sys.stderr)
            sys.exit(1)
        places = room.addresses(manuscript)
        click.echo(f"Looking at {len(places)} addresses. It may take a few minutes.", err=True)
        rows = room.look_at_all(places)
    if style == "json":
        click.echo(_as_text(room.as_data(rows, places)))
    else:
        _print_findings(room.as_findings(rows, places), file=sys.stdout)
        for line in room.summary(rows):
            click.echo(one_line(line))
    sys.exit(1 if any(row.verdict == "broken" for row in rows) else 0)


@main.command()
@click.argument("chapter", metavar="CHAPTER")
@click.option("--by", required=True, metavar="NAME", help="Who read it, as they want to be named. It is printed.")
@click.option("--role", required=True, metavar="ROLE", help="In which role: doctor, pharmacist.")
@_project
@click.option("--date", "today", callback=_today, metavar="YYYY-MM-DD", help="The day of the sign-off. Default: today.")
def signoff(chapter: str, by: str, role: str, project: Path, today: date) -> None:
    """Sign a chapter off: somebody read it and says that it is right as every edition prints it.

    \b
      booklet signoff first-days --by "Dr A. Name" --role doctor

    CHAPTER is its id. What was read is kept as hashes in chapters/signatures.yaml. Another word, number, picture or
    text alternative withdraws the signature; other line breaks or another day do not.
    """
    with _raising():
        from booklet import signing

        path, signature, told = signing.sign(project.resolve(), chapter, by, role, today)
    read = f"{told.words}, in {len(told.readings)} editions"
    name = path.relative_to(project.resolve()).as_posix()
    click.echo(one_line(f"{name}: {chapter} is signed off by {signature.by} ({signature.role}): {read}"), err=True)


@main.command()
@click.option("--edition", default="", shell_complete=_editions, metavar="CODE", help="As one edition prints it.")
@click.option("--chapter", default="", metavar="ID", help="Of one chapter, by its id.")
@click.option(
    "--out",
    type=_FilePath(file_okay=False, path_type=Path),
    default=Path("evidence"),
    metavar="DIR",
    help="Where the files go. Default: evidence.",
)
@_project
@click.option("--date", "today", callback=_today, metavar="YYYY-MM-DD", help="The day it is told for. Default: today.")
def evidence(edition: str, chapter: str, out: Path, project: Path, today: date) -> None:
    """Show on what each chapter rests: sources, signatures and what changed since, reading grade, tests with readers.

    \b
      booklet evidence                       all chapters, as HTML and as an accessible PDF
      booklet evidence --chapter first-days

    It is laid out after the ten steps of the PIF TICK, with ratings by PEMAT. docs/editing.md says where it comes from.
    """
    from booklet import evidence as room

    with _raising():
        told = room.evidence(project.resolve(), today, edition, chapter)
        files = ((f"{told.stem}.html", room.as_html(told).encode()), (f"{told.stem}.pdf", room.as_pdf(told)))
        for path in write_into(out, files):
            click.echo(one_line(str(path)))


@main.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="[NEW]", default="")
@_shared
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
@click.option(
    "--report",
    type=_FilePath(dir_okay=False, path_type=Path),
    metavar="FILE.html",
    help="Write one page for people without tools: the words, and the pages side by side.",
)
def diff(
    old: str,
    new: str,
    editions: tuple[str, ...],
    titles: tuple[str, ...],
    project: Path,
    today: date,
    style: str,
    report: Path | None,
) -> None:
    """Say what is printed otherwise in NEW than in OLD. Without NEW, the project is compared as it is now.

    \b
      booklet diff v2026.1                   since a git revision, until now
      booklet diff HEAD~1 --report diff.html --edition NORTH --title main
      booklet diff NORTH SOUTH --title main       one edition against another
      booklet diff ../2026.1 .               two folders with chapters/
      booklet diff ../dist-before dist       two builds
      booklet diff old.pdf new.pdf           two files of ours, for a screen or in large print

    Numbers of pages that a text refers to are not compared: they follow from the rest.
    """
    from booklet import differences

    with _raising():
        found = differences.difference(
            old, new or str(project), project.resolve(), today, titles, editions, report is not None
        )
        if report:
            _write(report, differences.as_html(found), tuple(path for path in (Path(old), Path(new)) if path.is_file()))
    if style == "json":
        click.echo(_as_text(differences.as_data(found)))
    else:
        for line in differences.as_text(found).splitlines():
            click.echo(one_line(line))


@main.command()
@click.argument("since", metavar="SINCE")
@_shared
@click.option(
    "--print",
    "sizes",
    multiple=True,
    type=click.Choice(["standard", "large"]),
    help="The copies in this size of print. Default: both.",
)
@click.option(
    "--out",
    type=_FilePath(file_okay=False, path_type=Path),
    default=Path("errata"),
    help="Where files go. Default: errata.",
)
def errata(
    since: str,
    editions: tuple[str, ...],
    titles: tuple[str, ...],
    project: Path,
    today: date,
    sizes: tuple[str, ...],
    out: Path,
) -> None:
    """Make corrections to copies that are printed, for each order code: a slip, stickers, a notice to clinics.

    \b
      booklet errata v2026.1                 since a git revision, a folder with chapters/, or a build
      booklet errata ../dist-2026.1 --edition NORTH --title main --print standard

    Places are named as the old copy has them: page 57, third entry.
    """
    with _raising():
        from booklet import errata as room

        wanted = [size == "large" for size in sizes or ("standard", "large")]
        kits, files, notes = room.errata(since, project.resolve(), today, titles, editions, wanted)
        for note in notes:
            click.echo(one_line(note), err=True)
        for kit in kits:
            click.echo(one_line(f"{kit.copies} {len(kit.errata)} corrections, {len(kit.stickers)} stickers"), err=True)
        if not kits:
            click.echo("Nothing that is printed changed.", err=True)
        for path in write_into(out, files) if files else ():
            click.echo(one_line(str(path)))


@main.command()
@click.argument("source", type=_FilePath(exists=True, dir_okay=False, path_type=Path), metavar="IN.pdf")
@click.argument("target", type=_FilePath(dir_okay=False, path_type=Path), metavar="OUT.pdf")
@click.option(
    "--layout",
    type=click.Choice(["booklet", "two-booklets", "quarter", "card", "letter-fold", "n-up", "copies", "stack"]),
    default="booklet",
    help="How pages lie on the sheets: see above. Default: booklet.",
)
@click.option("--sheet", type=click.Choice(["A3", "A4", "A5"]), default="A4", help="The paper. Default: A4.")
@click.option(
    "--per-side",
    type=click.IntRange(1, 16),
    default=2,
    metavar="N",
    help="n-up, copies, stack: so many pages on a side. Default: 2.",
)
@click.option(
    "--binding",
    type=click.Choice(["left", "right"]),
    help="right: for Arabic, Farsi or Hebrew. Default: as the file says, else left.",
)
@click.option(
    "--blanks",
    type=click.Choice(["before-last", "end"]),
    default="before-last",
    help="Where empty pages go that fill the last sheet: before the last page, so that it stays the back cover "
    "(default), or at the end.",
)
@click.option(
    "--duplex",
    type=click.Choice(["short-edge", "long-edge", "manual", "manual-long-edge"]),
    help="Who turns the sheets. The printer, on their short or long edge. Or you (manual): OUT-fronts.pdf, and "
    "OUT-backs.pdf from the last sheet to the first. Default: the printer, as the sheets lie. 'booklet test-sheet' "
    "tells which is yours.",
)
@click.option(
    "--pile",
    type=click.Choice(["face-down", "face-up"]),
    default="face-down",
    help="manual: how printed sheets come out. face-up: OUT-backs.pdf from the first sheet to the last.",
)
@click.option(
    "--part",
    "sheets_max",
    type=click.IntRange(1, 1000),
    default=15,
    metavar="SHEETS",
    help="Fold and staple at most so many sheets together; more become parts. Default: 15.",
)
@click.option(
    "--caliper",
    type=click.FloatRange(0, 1),
    default=0.11,
    metavar="MM",
    help="Thickness of the paper, which pushes inner pages out. Default: 0.11, paper of 80 g/m².",
)
def impose(source: Path, target: Path, sheet: str, caliper: float, **how: Any) -> None:
    """Put the pages of any PDF on sheets, to fold, staple or cut.

    \b
      booklet impose report.pdf sheets.pdf                     A5 booklet: fold once, staple
      booklet impose leaflet.pdf sheets.pdf --layout two-booklets
                                                               two A6 booklets a sheet: cut, fold, staple
      booklet impose leaflet.pdf sheets.pdf --layout quarter   A6 booklet: fold twice, staple, cut open
      booklet impose card.pdf sheets.pdf --layout card         four A6 pages on one side: fold twice
      booklet impose leaflet.pdf sheets.pdf --layout letter-fold
                                                               six DL panels: fold twice, like a letter
      booklet impose slides.pdf sheets.pdf --layout n-up --per-side 4
                                                               four pages a side, not folded
      booklet impose leaflet.pdf sheets.pdf --layout copies    each page twice a side: cut apart
      booklet impose pad.pdf sheets.pdf --layout stack         cut the pile, lay one half on the other

    \b
    Does your printer turn the sheets the wrong way, or print on one side only?
      booklet test-sheet test.pdf                              asks, and names the option
      booklet impose report.pdf sheets.pdf --duplex manual     two files: fronts and backs

    Form fields and stamps are printed as they look. What is left out, made smaller or added is said. The sheets claim
    neither PDF/UA nor PDF/X, whatever the file did: they are read by the fold.
    """
    from booklet import imposition

    with _raising():
        setup = imposition.Setup(sheet_mm=imposition.SHEETS_MM[sheet], caliper_mm=caliper, **how)
        with _bounded(source):
            imposed = apart(FILE, imposition.impose, _content(source, imposition.BYTES_MAX), setup)
        _write_sides(target, imposed.files, [source])
    for words in (*imposed.notes, *imposed.steps):
        click.echo(one_line(words), err=True)


@main.command("test-sheet")
@click.argument("target", type=_FilePath(dir_okay=False, path_type=Path), metavar="OUT.pdf")
@click.option("--sheet", type=click.Choice(["A3", "A4", "A5"]), default="A4", help="The paper. Default: A4.")
@click.option(
    "--manual", is_flag=True, help="Two sheets, as OUT-fronts.pdf and OUT-backs.pdf: for printers with one side."
)
def test_sheet(target: Path, sheet: str, manual: bool) -> None:
    """Make a sheet that tests your printer and names the option of 'booklet impose' that it needs.

    \b
      booklet test-sheet test.pdf            print it on both sides, turn it over, read
      booklet test-sheet test.pdf --manual   for printers with one side
    """
    from booklet import imposition

    with _raising():
        _write_sides(target, imposition.trial_sheets(manual, imposition.SHEETS_MM[sheet]), [])


@contextmanager
def _bounded(file: Path) -> Any:
    """A stranger's file that takes too much, or stops the process that looks into it, is a message."""
    try:
        yield
    except TooMuchError as reason:
        raise BookletError(f"{file} takes {reason}, or stops the program.") from reason


def _content(source: Path, most_bytes: int) -> bytes:
    try:
        return read_file(source, most_bytes)
    except OSError as reason:
        raise BookletError(f"{source} cannot be read ({reason.strerror}).") from reason


def _write_sides(target: Path, contents: Sequence[bytes], sources: Sequence[Path]) -> None:
    """One file, or fronts and backs beside each other; their names are printed."""
    names = [target] if len(contents) == 1 else [
        target.with_name(f"{target.stem}-{side}{target.suffix}") for side in ("fronts", "backs")
    ]  # fmt: skip
    try:
        write_whole(tuple(zip(names, contents, strict=True)), sources=sources)
    except OSError as reason:
        refused = reason.filename if isinstance(reason, UnfitFileError) else target
        raise BookletError(f"{refused} cannot be written ({reason.strerror}).") from reason
    for name in names:
        click.echo(one_line(str(name)))


@main.command()
@click.argument("file", type=_FilePath(dir_okay=False, path_type=Path))
@click.option("--outline", "part", flag_value="outline", help="The headings alone.")
@click.option("--links", "part", flag_value="links", help="The links alone.")
@click.option("--figures", "part", flag_value="figures", help="The figures alone.")
@click.option("--tables", "part", flag_value="tables", help="The tables alone.")
def read(file: Path, part: str | None) -> None:
    """Print what a screen reader would say of any tagged PDF, in order.

    \b
      booklet read dist/NORTH/my-booklet-NORTH-2026.1-screen.pdf
      booklet read FILE.pdf --outline        headings, as the H key jumps
      booklet read FILE.pdf --links          links, and where each leads
    """
    from booklet import transcript

    with _raising(), _bounded(file):
        lines, notes = apart(FILE, transcript.heard, file, part)
        for line in lines:
            click.echo(one_line(line))
    for note in notes:
        click.echo(one_line(note), err=True)


@main.command()
@click.argument("files", nargs=-1, required=True, type=_FilePath(path_type=Path), metavar="FILE...")
@click.option(
    "--profile",
    required=True,
    type=click.Choice(sorted({row.profile for row in FORMATS.values()})),
    help="What the file is for.",
)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
@click.option(
    "--report",
    type=_FilePath(dir_okay=False, path_type=Path),
    metavar="FILE.html",
    help="Write an HTML report with pictures of the pages.",
)
@click.option(
    "--project",
    type=_FilePath(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="The folder whose chapters/waivers.toml holds. Default: this one.",
)
def preflight(files: tuple[Path, ...], profile: str, style: str, report: Path | None, project: Path) -> None:
    """Check finished PDFs, ours or anybody's.

    \b
      booklet preflight dist/NORTH/*-screen.pdf --profile screen
      booklet preflight brochure.pdf --profile press --report brochure.html
      booklet preflight brochure.pdf --profile clinic --format json

    A file may take 120 seconds and 3 GB of memory. docs/preflight.md lists the checks.
    """
    from booklet import preflight as room
    from booklet.jobs import kept_sources
    from booklet.manuscript import read_waivers

    with _raising():
        waivers, faults = read_waivers(project.resolve())
        sources = partial(kept_sources, project.resolve())
        examined = [
            room.examine_file(file, room.PROFILES[profile], sources, waivers, report is not None) for file in files
        ]
        if report:
            _write(report, room.as_html([(each.report, each.pictures) for each in examined]), files)
    findings = (*faults, *(finding for each in examined for finding in each.report.findings))
    if style == "json":
        click.echo(_as_text([room.as_data(each.report) for each in examined]))
        _print_findings(tuple(faults), file=sys.stderr)
    else:
        _print_findings(findings, file=sys.stdout)
        waived = [(each.report.file, row) for each in examined for row in each.report.waived if row.waived]
        for name, row in waived:
            click.echo(one_line(f"{name}: waived {row.code} ({row.waived.reason if row.waived else ''}): {row.found}"))
        count = f"; {len(waived)} waived" if waived else ""
        click.echo(f"{len(files)} file{'' if len(files) == 1 else 's'}; {_count(findings)}{count}")
    sys.exit(1 if any(finding.severity is Severity.ERROR for finding in findings) else 0)


@main.command()
@click.argument("said", nargs=-1, metavar="[CODE]")
@click.option("--issue", metavar="YYYY.N", help="The issue that the copy names inside its cover, where it can be read.")
@click.option(
    "--dist",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("dist"),
    help="The folder whose manifest.json knows all codes. Default: dist.",
)
def current(said: tuple[str, ...], issue: str | None, dist: Path) -> None:
    """Say whether a copy with this order code is the current one.

    \b
      booklet current N9Y J4J
      booklet current November nine Yankee, Juliett four Juliett
      booklet current N9Y J4J --issue 2026.1
      booklet current --issue 2026.1         where the caller can read no code

    One wrong character, or two that changed places, is put right where one code alone can be meant. Exit status: 0 the
    copy is current; 1 it is not, or nobody can tell.
    """
    from booklet.dispatch import MANIFEST, read_codes
    from booklet.order_codes import answer, answer_issue

    if not said and issue is None:
        raise click.UsageError("A code is wanted, or --issue.")
    entries = read_codes(dist)
    if not entries:
        click.echo(f"{dist / MANIFEST} has no order codes. Run booklet build first.", err=True)
        sys.exit(2)
    is_current, lines = answer(" ".join(said), entries, issue) if said else answer_issue(issue or "", entries)
    for line in lines:
        click.echo(line)
    sys.exit(0 if is_current else 1)


@main.group()
def cache() -> None:
    """What was made before and is kept for the next build.

    \b
      booklet cache info                     how much it is
      booklet cache clear                    remove it; the next build makes everything anew
    """


@cache.command()
@_project
def info(project: Path) -> None:
    """How many results are kept, and their size."""
    from booklet.store import CACHE, Store

    with _raising():
        held = Store(project.resolve() / CACHE).contents()
    click.echo(f"{CACHE}: {held.entries} results, {held.bytes / 1e6:.1f} MB")


@cache.command()
@_project
def clear(project: Path) -> None:
    """Remove all kept results."""
    from booklet.store import CACHE, Store

    with _raising():
        store = Store(project.resolve() / CACHE)
        with alone(store.folder, lambda: click.echo("Waiting for a build to end.", err=True)):
            held = store.clear()
    click.echo(f"{CACHE}: {held.entries} results removed, {held.bytes / 1e6:.1f} MB")


@main.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def preview(arguments: tuple[str, ...]) -> None:
    """Show the real pages in a browser while you write (needs booklet[editor])."""
    with _raising():
        try:
            from booklet_editor.cli import preview as command
        except ModuleNotFoundError as reason:
            needed = f"The preview needs the package {reason.name}: pip install '.[editor]' in its folder"
            click.echo(needed, err=True)
            sys.exit(3)
        command.main(arguments, "booklet preview", standalone_mode=False)


@main.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def orders(arguments: tuple[str, ...]) -> None:
    """Take orders by phone, hand them over, forget them (needs booklet[desk])."""
    with _raising(), _desk():
        from booklet_desk.cli import orders as group
    group.main(arguments, "booklet orders")


@main.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def mail(arguments: tuple[str, ...]) -> None:
    """Print carrier sheets, labels and packing lists (needs booklet[desk])."""
    with _raising(), _desk():
        from booklet_desk.mail import mail as group
    group.main(arguments, "booklet mail")


@main.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def desk(arguments: tuple[str, ...]) -> None:
    """Take orders in a browser, on a screen that follows the call (needs booklet[desk])."""
    with _raising(), _desk():
        from booklet_desk.serving import desk as group
    group.main(arguments, "booklet desk")


@main.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def cards(arguments: tuple[str, ...]) -> None:
    """Write a card with all order codes of an edition, for the desk (needs booklet[desk])."""
    with _raising(), _desk():
        from booklet_desk.cards import cards as command
    command.main(arguments, "booklet cards")


@main.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def pack(arguments: tuple[str, ...]) -> None:
    """Put the booklets of one order into a folder, from what is built (needs booklet[desk])."""
    with _raising(), _desk():
        from booklet_desk.pack import pack as command
    command.main(arguments, "booklet pack")


@contextmanager
def _desk() -> Any:
    """The door to the order desk, which is loaded when it is asked for, and which not everybody has installed."""
    try:
        from booklet_desk.database import set_up

        set_up()
        yield
    except ModuleNotFoundError as reason:
        click.echo(f"The order desk needs the package {reason.name}: pip install '.[desk]' in its folder", err=True)
        sys.exit(3)


def _write(path: Path, text: str, sources: tuple[Path, ...]) -> None:
    try:
        write_whole([(path, text.encode("utf-8", "backslashreplace"))], sources=sources)
    except OSError as reason:
        raise click.BadParameter(f"'{path}' cannot be written ({reason.strerror}).") from reason


def _as_text(data: Any) -> str:
    """JSON for people and programs alike: UTF-8, but for what would act on a terminal."""
    text = json.dumps(data, indent=2, ensure_ascii=False)
    return "\n".join(UNPRINTABLE.sub(lambda sign: f"\\u{ord(sign[0]):04x}", row) for row in text.split("\n"))


@contextmanager
def _raising(dist: Path | None = None, when_stopped: str = "") -> Any:
    """Turn what stops a command into a message and an exit status; our own mistakes stay tracebacks. `when_stopped` is
    said of `dist` after an interrupt, where files are not delivered all together.
    """
    before = _delivered(dist)
    stopped = False
    try:
        with _heard():
            yield
    except BookletError as reason:
        click.echo(one_line(str(reason)), err=True)
        sys.exit(reason.exit_status)
    except KeyboardInterrupt:
        stopped = True
    except OSError as reason:
        if "cannot load library" not in str(reason):
            if reason.filename is None:
                raise
            click.echo(one_line(f"{reason.filename}: {reason.strerror}"), err=True)
            sys.exit(3)
        click.echo(SYSTEM_LIBRARIES.format(reason=str(reason).split("\n")[0]), err=True)
        sys.exit(3)
    if stopped:
        as_it_was = f"What was in {dist.name}/ is as it was." if dist else ""
        told = (
            when_stopped or as_it_was
            if _delivered(dist) == before
            else "The new files had been delivered, all of them."
        )
        click.echo(one_line(f"Stopped. {told}"), err=True)
        _leave()


def _leave() -> None:
    """End this process with status 1, and leave nothing temporary. Python remembers an interrupt that some inner code
    passed over, and would end as if killed by the signal.
    """
    if jobs := sys.modules.get("booklet.jobs"):
        jobs.rest()
    atexit._run_exitfuncs()
    sys.stderr.flush()
    os._exit(1)


def _delivered(dist: Path | None) -> tuple[int, int] | None:
    """What changes of a folder of files when some are delivered."""
    try:
        facts = (dist / "manifest.json").stat() if dist else None
    except OSError:
        return None
    return (facts.st_ino, facts.st_mtime_ns) if facts else None


@contextmanager
def _heard() -> Any:
    """A wish to end is heard as an interrupt is: what was begun is taken away. What is to be ignored stays ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[int, Any] = {}
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            before[number] = signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _progress(quiet: bool) -> Any:
    """A bar on a terminal, plain lines elsewhere, nothing when quiet."""
    if quiet:
        yield lambda *_: None
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.markup import escape
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        words = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
        times = (TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
        with Progress(*words, *times, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("reading", total=None, rate="")

            def tell(what: str, done: int, total: int) -> None:
                progress.update(task, description=escape(one_line(what)), completed=done, total=total or None)
                speed = progress.tasks[task].speed
                progress.update(task, rate=f"{speed * 60:.0f} a minute" if speed else "")

            yield tell
    else:
        yield lambda what, done, total: click.echo(
            one_line(f"{what} ({done} of {total})" if total else f"{what}"), err=True
        )


def _print_receipt(order: Order, receipt: Receipt, quiet: bool) -> None:
    for entry in receipt.files:
        name = str(order.dist / entry.file)
        click.echo(one_line(name if quiet else f"{order.dist.name}/{entry.file}  {entry.pages} pages"))
    findings = [finding for finding in receipt.findings if not quiet or finding.severity is Severity.ERROR]
    _print_findings(findings, file=sys.stderr)
    for words, names in receipt.waived.items():
        others = f" and {len(names) - 1} more" if len(names) > 1 else ""
        click.echo(one_line(f"Waived: {words} in {names[0]}{others}"), err=True)
    summary = [
        f"{len(receipt.files)} files, {receipt.built} of them new",
        f"{sum(entry.pages for entry in receipt.files)} pages",
        _count(receipt.findings),
        *([f"{len(receipt.waived)} waived"] if receipt.waived else []),
        f"{receipt.typeset} parts typeset, {receipt.reused} reused",
        f"{receipt.seconds:.1f} s",
    ]
    if not quiet:
        click.echo("; ".join(summary), err=True)
    for job in receipt.kept_back:
        click.echo(
            f"Kept back: {job}. What lay in {order.dist.name}/ of it stays, and is older than the sources.", err=True
        )
    if receipt.failed and not receipt.files and not receipt.kept_back:
        click.echo(one_line(f"Nothing was written: {order.dist.name}/ is as it was."), err=True)


def _print_findings(findings: Iterable[Finding], file: Any) -> None:
    """Warnings first, so that what stops the build stands last, where one looks."""
    for finding in sorted(findings, key=lambda finding: finding.severity is Severity.ERROR):
        click.echo(str(finding), file=file)


def _count(findings: tuple[Finding, ...]) -> str:
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    warnings = len(findings) - errors
    return f"{errors} error{'' if errors == 1 else 's'}, {warnings} warning{'' if warnings == 1 else 's'}"


def _as_json(findings: tuple[Finding, ...]) -> Any:
    return [
        {
            "code": finding.code,
            "severity": finding.severity.value,
            "file": finding.place.file,
            "line": finding.place.line,
            "found": finding.found,
            "expected": finding.expected,
        }
        for finding in findings
    ]


def _as_sarif(findings: tuple[Finding, ...]) -> Any:
    """SARIF 2.1.0, which code hosts show beside the lines."""
    results = [
        {
            "ruleId": finding.code,
            "level": finding.severity.value,
            "message": {"text": f"{finding.found} Expected: {finding.expected}"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": finding.place.file},
                        "region": {"startLine": max(1, finding.place.line)},
                    }
                }
            ],
        }
        for finding in findings
    ]
    driver = {"name": "booklet", "version": __version__}
    return {"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


_AS_DATA = {"json": _as_json, "sarif": _as_sarif}

if __name__ == "__main__":
    main()
