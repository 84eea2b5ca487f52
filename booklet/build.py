"""The door to the walk: what is ordered, what came of it, and whether there is anything to do at all.

Whether anything changed is told from hashes, before any of the libraries that make a booklet is loaded.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from booklet import dispatch
from booklet.files import folder_hash, stamps
from booklet.findings import Finding
from booklet.records import KeptBack, Order, Receipt, SourcesChangedError, Tell
from booklet.store import Store, key_of

if TYPE_CHECKING:
    from booklet.processes import Pool

__all__ = ["KeptBack", "Order", "Receipt", "Tell", "build", "check", "outdated"]


ATTEMPTS = 3
"""So often is a build begun whose sources are saved before it ends."""


@dataclass(frozen=True)
class KeptReceipt:
    """A receipt for next time, and the first and last day for which it holds."""

    files: tuple[dispatch.Entry, ...]
    findings: tuple[Finding, ...]
    first: date
    last: date


def build(order: Order, tell: Tell = lambda *_: None, pool: Pool | None = None) -> Receipt:
    """Build what is ordered into `dist`, by processes of this machine or by another pool.

    A fault of the sources stops everything before the first page is set, and `dist` stays as it was. A fault found in a
    finished file keeps back its job: all files of that title, edition and format. Sources that are saved while the
    build runs are read again. Raises BookletError.
    """
    if order.imprints:
        from booklet.imprints import build_imprints

        return build_imprints(order, tell)
    start = time.monotonic()
    store = Store(order.store) if order.use_cache else None
    for _ in range(ATTEMPTS):
        seen = stamps(order.project / "chapters", order.project)
        key = receipt_key(order) if store else ""
        earlier = store.load(key, KeptReceipt) if store else None
        if earlier and earlier.first <= order.today <= earlier.last and _lie_whole(order.dist, earlier.files):
            return Receipt(earlier.files, 0, earlier.findings, time.monotonic() - start)
        from booklet.walk import walk

        try:
            receipt, holds = walk(order, store, tell, seen, pool)
        except SourcesChangedError:
            continue
        if store and not receipt.failed:
            store.save(key, KeptReceipt(receipt.files, receipt.findings, *holds))
        return receipt
    raise SourcesChangedError("The chapters were saved again and again while the build ran. Nothing was delivered.")


def check(order: Order) -> tuple[Finding, ...]:
    """Every fault of the sources, without making a PDF. Raises BookletError."""
    from booklet.walk import faults_of_sources

    return faults_of_sources(order)


def outdated(order: Order) -> tuple[tuple[str, str, str], ...]:
    """Of what is ordered, the titles, editions and formats whose files in `dist` are not what the sources come to on
    that day. Raises BookletError.
    """
    from booklet.walk import outdated as found

    return found(order)


def receipt_key(order: Order) -> str:
    """A hash of everything a build depends on but the day: what is ordered, the sources, this package."""
    wanted = (order.editions, order.formats, order.titles, order.pdf_ua, order.printing, order.examine_whole)
    place = sha256(str(order.dist).encode()).digest()
    return key_of("receipt", wanted, place, folder_hash(order.project / "chapters", order.project))


def _lie_whole(dist: Path, files: tuple[dispatch.Entry, ...]) -> bool:
    there = {entry.file: entry for entry in dispatch.read_manifest(dist)}
    return all(there.get(entry.file) == entry for entry in files) and dispatch.has_shelf(dist)
