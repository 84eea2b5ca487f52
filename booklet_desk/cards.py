"""Order cards: what can be ordered in an edition, with every code and how it is said, for the wall beside the phone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
from django.conf import settings

from booklet.dispatch import read_entries
from booklet.files import write_whole
from booklet_desk.card_sheets import card_sheets, concordance
from booklet_desk.catalogue import Catalogue, read_catalogue, read_pages
from booklet_desk.commands import dist_option, in_plain_words
from booklet_desk.envelopes import find_envelope
from booklet_desk.postage import posting, read_rates
from booklet_desk.records import Card, DeskError, Item, Printing

if TYPE_CHECKING:
    from booklet.recall import HeldCopy

SIZES = ("standard", "large-print")
JSON = "order-cards.json"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--edition", "wanted", multiple=True, metavar="CODE", help="This edition alone; may be repeated.")
@click.option(
    "--since",
    default="",
    metavar="STATE",
    help="Say what changed since: a git revision, a folder with chapters/, or a build of the issue before.",
)
@click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="The folder with chapters/, which knows the day of the issue and hours. Default: this one.",
)
@dist_option
@in_plain_words
def cards(folder: Path, wanted: tuple[str, ...], since: str, project: Path, dist: Path) -> None:
    """Write an order card for each edition, and all that they say as JSON.

    \b
      booklet cards ~/cards
      booklet cards ~/cards --edition VIC --since v2026.1
    """
    from booklet.calls import state_facts  # they take a second to load
    from booklet.recall import recall

    catalogue = read_catalogue(dist)
    editions = sorted({entry.edition for entry in catalogue.entries if entry.is_current})
    if strange := [edition for edition in wanted if edition.upper() not in editions]:
        raise DeskError(f"There is no edition {', '.join(strange)}. There are: {', '.join(editions)}.")
    chosen = [each for each in editions if not wanted or each in {edition.upper() for edition in wanted}]
    made = [read_card(edition, catalogue, dist, Path(settings.DESK_HOME), date.today()) for edition in chosen]
    facts = state_facts(project.resolve(), date.today()) if (project / "chapters").is_dir() else {}
    changes = recall(since, project.resolve(), date.today(), editions=chosen) if since else None
    files_of = {(row.publication, row.edition, row.format): dist / row.file for row in read_entries(dist)}
    made = [
        replace(
            card,
            issued=facts[card.edition].issued.isoformat() if card.edition in facts else "",
            time_zone=facts[card.edition].time_zone if card.edition in facts else "",
            lines=facts[card.edition].lines if card.edition in facts else (),
            pages=concordance(*(files_of.get(("main", card.edition, name)) for name in ("screen", "large-print"))),
            since=f"{changes.issue} ({changes.since})" if changes else "",
            changed=_changed(changes.copies, card.edition) if changes else (),
        )
        for card in made
    ]
    covers = {(row.publication, row.edition): dist / row.file for row in read_entries(dist) if row.format == "screen"}
    files = {f"order-card-{card.edition}.pdf": card_sheets(card, _covers(card, covers)) for card in made}
    files[JSON] = (json.dumps([asdict(card) for card in made], ensure_ascii=False, indent=2) + "\n").encode()
    folder.mkdir(parents=True, exist_ok=True)
    write_whole([(folder / name, content) for name, content in files.items()])
    for name in files:
        click.echo(folder / name)


def read_card(edition: str, catalogue: Catalogue, dist: Path, home: Path, day: date) -> Card:
    """All that a card of this edition says, titles in the order of the catalogue. Raises DeskError."""
    rates, pages = read_rates(home), read_pages(dist)
    now = {entry.thing: entry for entry in catalogue.entries if entry.is_current}
    things = [(title, edition, size) for title in catalogue.titles for size in SIZES]
    printings = []
    for entry in (now[thing] for thing in things if thing in now):
        envelope = find_envelope(home, "c4" if entry.size == "large-print" else "c5")
        post = posting((Item(entry.code, 1),), envelope, rates, pages.get, day)
        count, _ = pages.get(entry.code, (None, False))
        grams = None if post.grams is None else round(post.grams)
        others = [row for row in catalogue.entries if row.thing == entry.thing and row != entry]
        earlier = tuple(dict.fromkeys((row.code, row.issue) for row in others))
        spoken = (entry.code, entry.spelling, entry.issue)
        printings.append(
            Printing(entry.publication, entry.title, entry.size, *spoken, count, grams, post.name, earlier)
        )
    return Card(edition, tuple(printings))


def _changed(copies: Iterable[HeldCopy], edition: str) -> tuple[str, ...]:
    """What old copies in standard print have otherwise, place by place."""
    return tuple(
        f"{copy.name}, {each.where[:1].lower()}{each.where[1:]}: {each.new or 'nothing'} (was: {each.old or 'nothing'})"
        for copy in copies
        if copy.edition == edition and copy.size == "standard"
        for entry in copy.entries
        for each in entry.errata
    )


def _covers(card: Card, files: Mapping[tuple[str, str], Path]) -> dict[str, Path]:
    """The file whose first page is a title's cover, where it was built."""
    titles: Iterable[str] = dict.fromkeys(printing.title for printing in card.printings)
    found = {title: files.get((title, card.edition)) for title in titles}
    return {title: path for title, path in found.items() if path is not None and path.is_file()}
