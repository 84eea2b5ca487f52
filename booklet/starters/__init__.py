"""Starting: a whole small project for somebody who has none, and files to fill in for somebody who has one.

The words of every file lie in this folder, as they are written but for the `$names` that are filled in: `every` is what
all starters have, `country` what projects of a country have besides, `pieces` what is added one by one. What is made is
complete: it passes `check` and builds. Services and numbers are those that somebody saw on a page, with that page; in a
country of which there are none the directory waits for the first.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from string import Template
from unicodedata import normalize

from booklet.bounds import MAX_DATA_BYTES
from booklet.build import check
from booklet.dispatch import read_codes
from booklet.files import inside, is_file, is_there, write_whole
from booklet.files import read as read_file
from booklet.findings import BookletError, Severity
from booklet.formats import FORMATS
from booklet.manuscript import (
    PANELS,
    Country,
    Manuscript,
    countries_of,
    country_of_region,
    country_of_text,
    parse_toml,
    read,
    shipped_countries,
    slug,
)
from booklet.order_codes import MISHEARD, new_code, order_codes_in
from booklet.phones import known_numbers
from booklet.records import Order
from booklet.today import Today
from booklet.words import country_in_english, time_zones_of, to_translate

STARTERS = ("booklet", "leaflet", "handout")
LEAFLETS = {6: "letter-fold", 4: "half-fold"}
"""How a leaflet of so many pages is folded from A4: like a letter, or once."""
REVIEW_YEARS = 2
PLANNED = 4
"""Planned pages that a stitched booklet may need."""
MOST_NAMED = 8
"""Clocks that a message names."""
LONGEST = 200
"""Characters of a name or title that somebody gives."""
_INSERT_PAGES = ("insert-imprint.md", "insert-back-cover.md")
_HERE = Path(__file__).resolve().parent
_FOLDS = {
    6: (
        "**Fold it like a letter.** Lay it down so that you see pages 2, 3 and 4. Fold the right panel inwards: it is\n"
        "   a little narrower than the others. Then fold the left panel over it. The cover is on top."
    ),
    4: "**Fold it in the middle**, so that the cover is on top.",
}
Files = Sequence[tuple[str, str]]
"""Names of files of a project, and their texts."""


class StarterError(BookletError):
    """What was asked for cannot be written, and nothing was."""

    exit_status = 2


@dataclass(frozen=True)
class Wishes:
    """What a new project is about and makes; what is usual, if nobody says. `panels` counts for a leaflet alone.
    `title` is "Our first booklet" and the like, `country` the first that ships, `regions` its first, or all of it, if
    empty. A region is a code, or a code with a name, `KENT=Kent`, for one of the project's own, whose clock is
    `time_zone`.
    `order_line` is a web address or a phone number where copies are ordered, or nothing.
    """

    starter: str = "booklet"
    panels: int = 6
    subject: str = "something that matters"
    title: str = ""
    publisher: str = "Our organisation"
    country: str = ""
    regions: tuple[str, ...] = ()
    time_zone: str = ""
    formats: tuple[str, ...] = tuple(FORMATS)
    order_line: str = ""

    @property
    def binding(self) -> str:
        """How its pages hold together, as `booklet.toml` has it."""
        return {"leaflet": LEAFLETS[self.panels], "handout": "stapled"}.get(self.starter, "stitched")

    def complete(self) -> Wishes:
        """The same, with what is usual where nobody says. Raises StarterError for a code that no country has."""
        country = self.country.lower() or next(iter(shipped_countries()))
        known = country_of(country)
        regions = self.regions or tuple(known.regions)[:1] or (f"{country.upper()}={known.name}",)
        title = self.title or f"Our first {self.starter}"
        return replace(self, country=country, regions=regions, title=title)


def country_of(name: str) -> Country:
    """A country that ships, or one of which phone numbers and name are known, by its two letters (ISO 3166). Raises
    StarterError.
    """
    shipped = shipped_countries()
    return shipped[name] if name in shipped else country_of_text(_country_file(name))


def zones_of(country: Country) -> tuple[str, ...]:
    """The clocks of a country: those of its regions, or all that it has."""
    regions = dict.fromkeys(region.time_zone for region in country.regions.values())
    return tuple(regions) or time_zones_of(country.phones.region)


def new_project(folder: Path, wishes: Wishes, today: date) -> tuple[Path, ...]:
    """A project in a folder that is not there or is empty: put there whole, once it has passed `check`. Its files.
    Raises StarterError.
    """
    if is_there(folder) and not (folder.is_dir() and not any(folder.iterdir())):
        raise StarterError(f"{folder} is there already, and is no empty folder. Nothing was written.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".booklet-new-", dir=folder.parent)) / folder.name
    try:
        files = _project(wishes.complete(), today)
        for name, text in files:
            (aside / name).parent.mkdir(parents=True, exist_ok=True)
            (aside / name).write_text(text, "utf-8", newline="\n")
        findings = check(Order(aside, aside / "dist", today))
        if faults := [str(finding) for finding in findings if finding.severity is Severity.ERROR]:
            raise StarterError(f"Nothing was written, because of this: {'; '.join(faults)}")
        if folder.is_dir():
            folder.rmdir()
        aside.rename(folder)
    finally:
        shutil.rmtree(aside.parent, ignore_errors=True)
    return tuple(folder / name for name, _ in sorted(files))


def add_chapter(project: Path, title: str, today: date) -> tuple[Path, ...]:
    """A chapter behind all others, in the part of the last one. Its file. Raises StarterError."""
    manuscript = _manuscript(project, today)
    id = _new_id(title, manuscript)
    if _is_full(manuscript):
        raise StarterError(
            "Each page of the leaflet is taken. Write in its chapters, or take a file out of chapters/pages/."
        )
    names = [Path(chapter.origin.file).name for chapter in manuscript.chapters]
    numbers = [int(found[0]) for name in names if (found := re.match(r"\d+", name))]
    last = manuscript.chapters[-1].head.part if manuscript.chapters else None
    name = f"chapters/{max(numbers, default=0) + 1:02d}-{id}.md"
    return _write(project, [(name, _chapter(manuscript, title, id, last))])


def add_service(project: Path, name: str, today: date, region: str = "") -> tuple[Path, ...]:
    """An entry of the directory to fill in, at the end of the file of a region or of the one for everybody: its file.
    It prints nowhere until somebody has seen it on a page. Raises StarterError.
    """
    manuscript = _manuscript(project, today)
    headings = manuscript.book.directory
    if not (headings.kinds and headings.audiences):
        raise StarterError(
            "booklet.toml has no [directory.kinds] and [directory.audiences] for an entry to stand under."
        )
    region = region.upper()
    if region and region not in (edition.code for edition in manuscript.editions):
        raise StarterError(f"There is no edition {region}.")
    own = {f"chapters/support/{edition.code.lower()}.yaml" for edition in manuscript.editions}
    shared = [row.origin.file for row in manuscript.services if row.origin.file not in own]
    file = f"chapters/support/{region.lower()}.yaml" if region else next(iter(shared), "chapters/support/national.yaml")
    words = {
        "id": _new_id(name, manuscript),
        "name": _quoted(name),
        "kind": list(headings.kinds)[-1],
        "audience": list(headings.audiences)[-1],
        "states": region or "ALL",
    }
    before = _ended(_read(project, project / file)) if is_there(project / file) else ""
    return _write(project, [], [(file, before + _filled("pieces/service.yaml", words))])


def add_edition(project: Path, region: str, today: date, time_zone: str = "") -> tuple[Path, ...]:
    """An edition for a region that a country has, or for one of the project's own (`KENT=Kent`), with order codes for
    each title: its file, and those of the small booklets. Raises StarterError.
    """
    manuscript = _manuscript(project, today)
    countries, own = countries_of(project)
    known, codes = _region_of(region, own, countries, time_zone), _Codes(project, manuscript)
    if known.code in (edition.code for edition in manuscript.editions):
        raise StarterError(f"There is an edition {known.code} already.")
    ready = {service.id for service in manuscript.services if service.prints and service.serves(known.code)}
    lines = [line for line in _health_lines(known) if line in ready]
    edition = _edition(known, len(manuscript.editions), _cover(manuscript), lines, codes, today)
    names = [insert.head.origin.file for insert in manuscript.inserts]
    heads = [(name, _ended(_read(project, project / name)) + _pair(known.code, codes)) for name in names]
    return _write(project, [(f"chapters/editions/{known.code.lower()}.toml", edition)], heads)


def add_insert(project: Path, title: str, today: date) -> tuple[Path, ...]:
    """A small booklet with one chapter, and the pages that small booklets have: its files. Raises StarterError."""
    manuscript = _manuscript(project, today)
    id, codes = _new_id(title, manuscript), _Codes(project, manuscript)
    goes_with = f"It goes with {manuscript.book.title}"
    words = {"title": _quoted(title), "subtitle": _quoted(goes_with), "id": id}
    words |= {
        "description": _quoted(f"A small booklet. {goes_with}."),
        "cover": _image("cover_image", _cover(manuscript)),
    }
    head = _filled("pieces/insert/insert.toml", words)
    pairs = "".join(_pair(edition.code, codes) for edition in manuscript.editions if edition.codes)
    files = [
        (f"chapters/inserts/{id}/insert.toml", head + pairs),
        (f"chapters/inserts/{id}/01-{id}.md", _chapter(manuscript, title, id, None)),
        *((f"chapters/pages/{name}", _text(f"pieces/insert/{name}")) for name in _INSERT_PAGES),
    ]
    if len(manuscript.planned) < PLANNED:
        files += _texts("booklet", "chapters/pages/planned")
    return _write(project, [(name, text) for name, text in files if not is_there(project / name)])


def add_country(project: Path, code: str, today: date) -> tuple[Path, ...]:
    """What is known of a country's numbers, to look through and to add to: its file. Raises StarterError."""
    _manuscript(project, today)
    name = code.lower()
    if name in shipped_countries():
        raise StarterError(f"The country '{name}' ships: an edition of its regions needs no file.")
    return _write(project, [(f"chapters/countries/{name}.toml", _country_file(name))])


def add_words(project: Path, today: date) -> tuple[Path, ...]:
    """The words of the house to say otherwise, or to translate into the language of a booklet: its file. Raises
    StarterError.
    """
    try:
        words = to_translate(_manuscript(project, today).book.language)
    except ValueError as reason:
        raise StarterError(f"Nothing was written: {reason}.") from reason
    return _write(project, [("chapters/words.toml", words)])


def order_code(project: Path, today: date) -> str:
    """An order code that nothing in a project has or had. Raises StarterError."""
    return _Codes(project, _manuscript(project, today)).new()


class _Codes:
    """Makes order codes: none twice, and none that stands in a project's data or in the list of what it built."""

    def __init__(self, project: Path | None = None, manuscript: Manuscript | None = None) -> None:
        rules = manuscript.book.order_codes if manuscript else None
        self._misheard = (rules and rules.misheard) or MISHEARD
        self._avoid = rules.avoid if rules else ()
        self._taken = set(_codes_of(project) if project else ())

    def new(self) -> str:
        """One more."""
        code = new_code(self._taken, self._avoid, self._misheard)
        self._taken.add(code)
        return code


def _codes_of(project: Path) -> Iterator[str]:
    yield from (entry.code for entry in read_codes(project / "dist"))
    for path in (*(project / "chapters").rglob("*.toml"), *(project / "chapters").rglob("*.yaml")):
        if is_file(path):
            yield from order_codes_in(_read(project, path))


def _read(project: Path, path: Path) -> str:
    """What a file of a project says. Raises StarterError where that is too much, or lies outside the project."""
    try:
        if inside(project, path):
            return read_file(path, MAX_DATA_BYTES).decode("utf-8")
        words = "it lies outside the project"
    except OSError as reason:
        words = reason.strerror or "no file"
    except UnicodeDecodeError:
        words = "it is not UTF-8"
    raise StarterError(f"{path.relative_to(project).as_posix()} cannot be read ({words}). Nothing was written.")


def _project(wishes: Wishes, today: date) -> Files:
    """Every file of a new project."""
    for given in (wishes.subject, wishes.title, wishes.publisher):
        _refuse_odd(given)
    known = f"country/{wishes.country}"
    has_services = (_HERE / known).is_dir()
    words = {
        "back_title": "Numbers to ring" if has_services else "More help",
        "back_words": "" if has_services else "Say here whom readers can ring, and when. {{ edition.emergency }}\n",
        "emergency": "" if has_services else " {{ edition.emergency }}",
        "call": f"\n\n{_text(f'{known}/call.md').rstrip()}" if has_services else "",
        "directory_link": "\n- [Support directory](#directory)" if has_services else "",
        "fold": _FOLDS[wishes.panels],
    }
    files = [(name, _text_of(folder, name, words)) for folder in ("every", wishes.starter) for name in _names(folder)]
    files = [(name.replace("gitignore", ".gitignore"), text) for name, text in files]
    if wishes.binding == "half-fold":
        covers = dict(_texts("booklet", "chapters/images/cover"))
        files = [(name, covers.get(name, text)) for name, text in files if name != "chapters/style.toml"]
    files.append(("chapters/booklet.toml", _book(wishes, today)))
    codes, countries = _Codes(), {wishes.country: country_of(wishes.country), **shipped_countries()}
    if wishes.country not in shipped_countries():
        files.append((f"chapters/countries/{wishes.country}.toml", _country_file(wishes.country)))
    named = (_region_of(region, wishes.country, countries, wishes.time_zone) for region in wishes.regions)
    regions = list({region.code: region for region in named}.values())
    drawn = any(name == "chapters/images/cover.svg" for name, _ in files)
    for number, region in enumerate(regions):
        cover = "images/cover.svg" if drawn else ""
        edition = _edition(region, number, cover, _health_lines(region), codes, today)
        files.append((f"chapters/editions/{region.code.lower()}.toml", edition))
    if has_services:
        wanted = {
            f"chapters/support/{name.lower()}.yaml" for name in (*(region.code for region in regions), "national")
        }
        files += [(name, text) for name, text in _texts(f"{known}/project") if name in wanted]
    if wishes.binding != "half-fold":
        files.append(("chapters/pages/directory.md", _text("pieces/directory.md")))
    if wishes.order_line:
        said = (
            {"say": "write", "letters": ""} if _is_address(wishes) else {"say": "say", "letters": ", letter by letter"}
        )
        files.append(("chapters/pages/order-line.md", _filled("pieces/order-line.md", said)))
    return files


def _book(wishes: Wishes, today: date) -> str:
    country = f"country/{wishes.country}/booklet.toml"
    reach = f"{'url' if _is_address(wishes) else 'phone'} = {_quoted(wishes.order_line)}\n"
    order_line = {
        "publisher": _quoted(wishes.publisher),
        "reach": reach,
        "say": _quoted(f"I would like {wishes.title}, please."),
    }
    cover = "images/cover-back.svg" if is_file(_HERE / wishes.starter / "chapters/images/cover-back.svg") else ""
    return _filled(
        "pieces/booklet.toml",
        {
            "title": _quoted(wishes.title),
            "subtitle": _quoted(f"About {wishes.subject}"),
            "description": _quoted(f"About {wishes.subject}, from {wishes.publisher}."),
            "publisher": _quoted(wishes.publisher),
            "slug": _quoted(_id_of(wishes.title) or wishes.starter),
            "issue": f"{today.year}.1",
            "issue_date": today.isoformat(),
            "next_review": _in_years(today, REVIEW_YEARS).isoformat(),
            "language": f"en-{wishes.country.upper()}",
            "country_code": wishes.country,
            "binding": wishes.binding,
            "formats": json.dumps(list(wishes.formats)),
            "cover": _image("back_cover_image", cover),
            "misheard": MISHEARD,
            "country": _text(country) if is_file(_HERE / country) else _headings(wishes.country),
            "order_line": _filled("pieces/order-line.toml", order_line)
            if wishes.order_line
            else _text("pieces/no-order-line.toml"),
        },
    )


def _headings(country: str) -> str:
    """What `booklet.toml` says of first numbers and the directory in a country whose services nobody has looked up."""
    known = country_of(country)
    words = {"number": known.plan.emergency[0], "emergency": _quoted(known.emergency)}
    return _filled("pieces/headings.toml", words)


def _country_file(name: str) -> str:
    """The file of a country that does not ship, from what libraries know of it. Raises StarterError."""
    region = name.upper()
    known, called = known_numbers(region), country_in_english(region)
    if known is None or not called:
        raise StarterError(
            f"No country '{name}'. There are: {', '.join(shipped_countries())}; or any other by its two letters (ISO "
            "3166), such as ie."
        )
    words = {
        "plain_name": called,
        "name": _quoted(called),
        "emergency": _quoted(f"In an emergency, call {known.emergency[0]}."),
        "region": region,
        "example": _quoted(known.example),
        "numbers": json.dumps(list(known.emergency)),
        "shapes": "".join(f"  {_quoted(shape)},\n" for shape in known.shapes),
        "zone": _quoted(next(iter(time_zones_of(region)), "Etc/UTC")),
    }
    return _filled("pieces/country.toml", words)


def _is_address(wishes: Wishes) -> bool:
    """True where copies are ordered on the web, and not by phone."""
    return re.search("[A-Za-z]", wishes.order_line) is not None


@dataclass(frozen=True)
class _Region:
    """A region that gets an edition. `country` has it; one of a project's own has the country's numbers alone."""

    code: str
    name: str
    in_words: str
    time_zone: str
    emergency: str
    country: str
    is_own: bool


def _region_of(written: str, own: str, countries: Mapping[str, Country], time_zone: str) -> _Region:
    """The region of a code, in the project's country or the first that has it, or of a code with a name: `KENT=Kent`.
    Raises StarterError for a code without a region, and where nobody says by which of a country's clocks people live.
    """
    code, named, name = written.partition("=")
    code, name = code.strip().upper(), name.strip()
    country = own if named else country_of_region(code, own, countries)
    known = countries[country]
    if region := known.regions.get(code) if not named else None:
        return _Region(code, region.name, region.in_words, region.time_zone, known.emergency, country, False)
    if not named:
        there_are = f"There are: {', '.join(known.regions)}; or one" if known.regions else "Give one"
        raise StarterError(
            f"No region '{code}' in the country '{country}'. {there_are} of your own "
            f"with its name, such as {code or 'KENT'}='{code.title() or 'Kent'}'."
        )
    _refuse_odd(name)
    zones = zones_of(known)
    if not time_zone and len(zones) != 1:
        raise StarterError(
            f"By which clock do people in {name} live? --time-zone, such as {', '.join(zones[:MOST_NAMED])}."
        )
    return _Region(code, name, f"in {name}", time_zone or zones[0], known.emergency, country, True)


def _edition(region: _Region, number: int, cover: str, health_lines: Iterable[str], codes: _Codes, today: date) -> str:
    """The file of an edition, the so many-th of a project from 0."""
    hues = _hues()
    return _filled(
        "pieces/edition.toml",
        {
            "code": region.code,
            "country": f'# Whose phone numbers and emergency number hold there.\ncountry = "{region.country}"\n'
            if region.is_own
            else "",
            "name": _quoted(region.name),
            "in_words": _quoted(region.in_words),
            "emergency": _quoted(region.emergency),
            "time_zone": _quoted(region.time_zone),
            "health_lines": json.dumps(list(health_lines)),
            "cover": _image("cover_image", cover),
            "standard": codes.new(),
            "large_print": codes.new(),
            "issue_date": today.isoformat(),
            **{key: json.dumps(value) for key, value in hues[number % len(hues)].items()},
        },
    )


def _pair(code: str, codes: _Codes) -> str:
    """The order codes of a small booklet in an edition."""
    return _filled("pieces/insert/codes.toml", {"code": code, "standard": codes.new(), "large_print": codes.new()})


def _chapter(manuscript: Manuscript, title: str, id: str, part: str | None) -> str:
    words = {
        "title": _quoted(title),
        "id": id,
        "part": f"# A part of booklet.toml; its chapters stand together.\npart: {part}\n" if part else "",
        "facts": "\n[facts: none]\n" if manuscript.sources else "",
    }
    return _filled("pieces/chapter.md", words)


def _health_lines(region: _Region) -> list[str]:
    """The services that give health advice by phone in a region, as far as the starters know: in none of one's own."""
    if region.is_own:
        return []
    name = f"country/{region.country}/health-lines.toml"
    known: dict[str, list[str]] = parse_toml(_text(name), name).value if is_file(_HERE / name) else {}
    return known.get(region.code, known.get("others", []))


@cache
def _hues() -> list[Mapping[str, object]]:
    rows: list[Mapping[str, object]] = parse_toml(_text("hues.toml"), "hues.toml").value["hues"]
    return rows


def _manuscript(project: Path, today: date) -> Manuscript:
    """What a project holds. Raises StarterError where that cannot be read: what is added has to fit it."""
    manuscript, findings = read(project, Today(today))
    if manuscript is None:
        faults = "; ".join(str(finding) for finding in findings if finding.severity is Severity.ERROR)
        raise StarterError(f"There is no booklet here that can be added to. {faults}")
    return manuscript


def _is_full(manuscript: Manuscript) -> bool:
    """True for a leaflet whose cover, chapters and other pages take all that its sheet has."""
    others = manuscript.pages.keys() - {"clinic-kit", "handout", "page-finder", "insert-imprint", "insert-back-cover"}
    return 1 + len(manuscript.chapters) + len(others) >= PANELS.get(manuscript.book.binding, sys.maxsize)


def _new_id(words: str, manuscript: Manuscript) -> str:
    """The id that a name gives. Raises StarterError where it gives none, or something has it."""
    id = _id_of(words)
    taken = {chapter.head.id for chapter in manuscript.every_chapter}
    taken |= {page.head.id for page in (*manuscript.pages.values(), *manuscript.planned)}
    taken |= {service.id for service in manuscript.services} | {insert.id for insert in manuscript.inserts}
    taken |= manuscript.faulty
    _refuse_odd(words)
    if not id:
        raise StarterError(f"'{words}' has neither letters nor digits for an id.")
    if id in taken:
        raise StarterError(f"Something has the id '{id}' already. Choose another name; it can be changed in the file.")
    return id


def _refuse_odd(words: str) -> None:
    if not words.strip() or len(words) > LONGEST or not words.isprintable():
        raise StarterError(f"A name of 1 to {LONGEST} characters on one line is wanted, as it is to be printed.")


def _cover(manuscript: Manuscript) -> str:
    """The drawing of the first cover that has one."""
    return next((edition.cover_image for edition in manuscript.editions if edition.cover_image), "")


def _id_of(words: str) -> str:
    """Small letters, digits and hyphens, without accents."""
    plain = normalize("NFKD", words).encode("ascii", "ignore").decode().replace("_", " ")
    return slug(plain)[:60].strip("-")


def _write(project: Path, new: Files, changed: Files = ()) -> tuple[Path, ...]:
    """New files of a project, and others with new words, all or none. Raises StarterError."""
    for name, _ in new:
        if is_there(project / name):
            raise StarterError(f"{name} is there already. Nothing was written.")
    rows = [(project / name, text.encode()) for name, text in (*new, *changed)]
    for path, _ in rows:
        path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(rows)
    return tuple(path for path, _ in rows)


def _names(folder: str) -> list[str]:
    paths = sorted((_HERE / folder).rglob("*"))
    return [path.relative_to(_HERE / folder).as_posix() for path in paths if path.is_file()]


def _texts(folder: str, within: str = "") -> Files:
    """The files of a folder with their texts as they are."""
    return [(name, _text(f"{folder}/{name}")) for name in _names(folder) if name.startswith(within)]


def _text_of(folder: str, name: str, words: Mapping[str, str]) -> str:
    return _filled(f"{folder}/{name}", words) if name.endswith(".md") else _text(f"{folder}/{name}")


def _text(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


def _filled(name: str, words: Mapping[str, str]) -> str:
    return Template(_text(name)).substitute(words)


def _quoted(words: str) -> str:
    """Words as TOML and YAML hold them on one line, whatever they are."""
    return json.dumps(words, ensure_ascii=False)


def _image(key: str, image: str | None) -> str:
    return f'{key} = "{image}"\n' if image else ""


def _ended(text: str) -> str:
    """A text to which lines can be added; a list that is written as empty ends."""
    bare = re.sub(r"^\[\]\s*$", "", text, flags=re.MULTILINE).rstrip("\n")
    return f"{bare}\n" if bare.strip() else ""


def _in_years(day: date, years: int) -> date:
    return day.replace(year=day.year + years, day=min(day.day, 28) if day.month == 2 else day.day)
