"""Blocks of two states side by side: by their ids first, then by their words.

Ids that both states have, in the same order, are fixed points. Between two of them blocks are compared as a whole; of
those that differ the most alike belong together. What is left over was removed or added, or it moved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from booklet.composing import Block
from booklet.differences.records import Change, Run, What
from booklet.manuscript import shipped_countries
from booklet.phones import plain_characters, typed_numbers

ALIKE = 0.5
"""From this share of words in common on (difflib's ratio), a block is the other one changed."""
MOST_PAIRS = 10_000
"""Blocks of a gap that are compared with one another; of more, each is compared with the one in its own place."""
_WORD = re.compile(r"\S+")
Pair = tuple[Block | None, Block | None]


def changes(old: Sequence[Block], new: Sequence[Block]) -> tuple[Change, ...]:
    """What became of the blocks of a part, in the order of the new state; what was removed stands where it was."""
    rows: list[Change] = []
    last: list[Block | None] = [None, None]
    for pair in _pairs(old, new):
        if _differ(*pair):
            rows.append(_change(*pair, last[1] if pair[0] else last[0]))
        last = [block or before for block, before in zip(pair, last, strict=True)]
    return tuple(_moved(rows))


def word_runs(old: str, new: str) -> tuple[Run, ...]:
    """The words of two texts in one row: what both have, what one had, what the other has."""
    a, b = _WORD.findall(old), _WORD.findall(new)
    runs: list[Run] = []
    for kind, begin, end, start, stop in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            runs.append(("same", " ".join(a[begin:end])))
            continue
        runs += [("removed", " ".join(a[begin:end]))] if begin < end else []
        runs += [("added", " ".join(b[start:stop]))] if start < stop else []
    return tuple(runs)


def changed_numbers(change: Change) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The phone numbers that only the old words have, and those that only the new ones have."""
    old, new = (phone_numbers(block.words) if block else () for block in (change.old, change.new))
    return tuple(each for each in old if each not in new), tuple(each for each in new if each not in old)


def phone_numbers(words: str) -> tuple[str, ...]:
    """The phone numbers in some words, as they are printed in any country that is known, once each."""
    plans = tuple(country.plan for country in shipped_countries().values())
    found = (" ".join(number.written.split()) for number in typed_numbers(plain_characters(words), plans))
    return tuple(dict.fromkeys(found))


def _pairs(old: Sequence[Block], new: Sequence[Block]) -> Iterator[Pair]:
    """Every block of both, with the one that it belongs to."""
    there = {block.id for block in new if block.id}
    both = {block.id for block in old if block.id in there}
    a = [(index, block.id) for index, block in enumerate(old) if block.id in both]
    b = [(index, block.id) for index, block in enumerate(new) if block.id in both]
    matcher = SequenceMatcher(None, [id for _, id in a], [id for _, id in b], autojunk=False)
    before = (0, 0)
    for start, other, size in matcher.get_matching_blocks():
        for step in range(size):
            here = a[start + step][0], b[other + step][0]
            yield from _between(old[before[0] : here[0]], new[before[1] : here[1]])
            yield old[here[0]], new[here[1]]
            before = here[0] + 1, here[1] + 1
    yield from _between(old[before[0] :], new[before[1] :])


def _between(old: Sequence[Block], new: Sequence[Block]) -> Iterator[Pair]:
    """Blocks between two fixed points: equal ones are the same, others go with the most alike."""
    a, b = ([(block.kind, block.words, block.digest) for block in side] for side in (old, new))
    for kind, begin, end, start, stop in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from zip(old[begin:end], new[start:stop], strict=True)
        else:
            yield from _most_alike(old[begin:end], new[start:stop])


def _most_alike(old: Sequence[Block], new: Sequence[Block]) -> Iterator[Pair]:
    """Blocks in order, each with the most alike of the other side, if any is alike at all; no two pairs cross. One in
    the place of one is what became of it, however little they share.
    """
    if not old or not new:
        yield from ((block, None) for block in old)
        yield from ((None, block) for block in new)
        return
    scores = [
        (_likeness(one, other), -abs(i - j), i, j)
        for i, one in enumerate(old)
        for j, other in enumerate(new)
        if len(old) * len(new) <= MOST_PAIRS or i == j
    ]
    score, _, i, j = max(scores)
    if score < ALIKE and not (len(old) == len(new) == 1 and old[0].kind == new[0].kind):
        yield from ((block, None) for block in old)
        yield from ((None, block) for block in new)
        return
    yield from _most_alike(old[:i], new[:j])
    yield old[i], new[j]
    yield from _most_alike(old[i + 1 :], new[j + 1 :])


def _likeness(one: Block, other: Block) -> float:
    if one.kind != other.kind or (one.kind in ("picture", "foot") and one.part != other.part):
        return 0.0
    if one.kind in ("picture", "foot"):
        return 1.0
    return SequenceMatcher(None, _WORD.findall(one.words), _WORD.findall(other.words), autojunk=False).ratio()


def _differ(old: Block | None, new: Block | None) -> bool:
    return old is None or new is None or (old.words, old.digest) != (new.words, new.digest)


def _change(old: Block | None, new: Block | None, before: Block | None) -> Change:
    what: What = "changed" if old and new else "removed" if old else "added"
    runs = word_runs(old.words if old else "", new.words if new else "")
    return Change(what, old, new, runs, before if what != "changed" else None)


def _moved(rows: list[Change]) -> Iterator[Change]:
    """The same, where a block that was removed in one place and added in another with the same words has moved."""
    gone = {(row.old.kind, row.old.words): row for row in rows if row.what == "removed" and row.old and row.old.words}
    came = {(row.new.kind, row.new.words): row for row in rows if row.what == "added" and row.new and row.new.words}
    for row in rows:
        key = (row.block.kind, row.block.words)
        if row.what == "added" and key in gone and came[key] is row:
            yield Change("moved", gone[key].old, row.new, (("same", row.block.words),))
        elif not (row.what == "removed" and key in came and gone[key] is row):
            yield row
