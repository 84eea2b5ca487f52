"""A comparison for people and machines: as text, as plain data, and as one page that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from booklet.composing import Block
from booklet.differences.addressing import change_address, page_of
from booklet.differences.alignment import changed_numbers
from booklet.differences.records import Change, Comparison, PagePair, PagePicture, Run, TitleChanges
from booklet.findings import counted
from booklet.words import english

CONTEXT = 8
"""Words that are shown before and behind what changed."""
_WHATS = {"changed": "changed", "added": "added", "removed": "taken out", "moved": "moved, the words are the same"}


def as_text(comparison: Comparison) -> str:
    """For a terminal: `[-what went-]` and `{+what came+}`."""
    lines = [_summary(comparison), *comparison.notes]
    numbers = list(_numbers(comparison))
    if numbers:
        lines += ["", "Numbers that changed:"]
        lines += [f"  {where} ({title}): {' '.join(before) or 'none'} -> {' '.join(after) or 'none'}"
                  for title, where, before, after in numbers]  # fmt: skip
    for row in comparison.titles:
        lines += ["", f"{row.name} ({', '.join(row.editions) or 'the file'}): {counted(len(row.changes), 'change')}"]
        for change in row.changes:
            lines += [f"  {change_address(change)} ({change.block.title}), {_WHATS[change.what]}"]
            lines += [f"    {marked(change)}"]
    return "\n".join(lines) + "\n"


def _summary(comparison: Comparison) -> str:
    found = counted(comparison.count, "change") if comparison.count else "Nothing that is printed changed"
    return f"{found} from {comparison.old} to {comparison.new}."


def _numbers(comparison: Comparison) -> Iterator[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    """Title, place, and the numbers that went and came, of each change of one."""
    for row in comparison.titles:
        for change in row.changes:
            before, after = changed_numbers(change)
            if before or after:
                yield row.name, change_address(change), before, after


def marked(change: Change) -> str:
    """What went and what came, with some words around: `[-1800 160 401-] {+1800 160 402+}`."""
    if change.block.kind == "picture" and not any(kind != "same" for kind, _ in change.runs):
        return f"{change.block.words or 'The picture on the ground of the page.'} {{+drawn otherwise+}}"
    pieces = []
    for index, (kind, words) in enumerate(change.runs):
        match kind:
            case "removed":
                pieces.append(f"[-{words}-]")
            case "added":
                pieces.append(f"{{+{words}+}}")
            case _:
                pieces.append(_shortened(words, index == 0, index == len(change.runs) - 1))
    return " ".join(pieces)


def _shortened(words: str, first: bool, last: bool) -> str:
    """Words that stayed, without those that are far from any change."""
    rows = words.split()
    before, behind = 0 if first else CONTEXT, 0 if last else CONTEXT
    if len(rows) <= before + behind + 2:
        return words
    if first and last:
        return " ".join(rows[: 2 * CONTEXT]) + " ..."
    return " ".join([*rows[:before], "...", *rows[len(rows) - behind :]])


def as_data(comparison: Comparison) -> dict[str, Any]:
    """For JSON."""
    return {
        "old": comparison.old,
        "new": comparison.new,
        "changes": comparison.count,
        "notes": list(comparison.notes),
        "numbers": [
            {"title": title, "place": where, "old": list(before), "new": list(after)}
            for title, where, before, after in _numbers(comparison)
        ],
        "titles": [
            {
                "title": row.title,
                "name": row.name,
                "editions": list(row.editions),
                "changes": [_change_as_data(change) for change in row.changes],
            }
            for row in comparison.titles
        ],
    }


def _change_as_data(change: Change) -> dict[str, Any]:
    return {
        "what": change.what,
        "part": change.block.part,
        "place": change_address(change),
        "old": _block_as_data(change.old),
        "new": _block_as_data(change.new),
        "words": [{"is": kind, "words": words} for kind, words in change.runs],
    }


def _block_as_data(block: Block | None) -> dict[str, Any] | None:
    if block is None:
        return None
    return {
        "id": block.id or None,
        "kind": block.kind,
        "folio": block.folio or None,
        "words": block.words,
        "source": block.place or None,
    }


def as_html(comparison: Comparison) -> str:
    """One HTML document, complete in itself: what changed in words, then the pages side by side. It asks for no script
    and nothing from elsewhere.
    """
    title = f"What changed from {comparison.old} to {comparison.new}"
    sections = [_section(number, row) for number, row in enumerate(comparison.titles, 1)]
    body = [f"<p>{escape(_summary(comparison))}</p>", *(f"<p>{escape(note)}</p>" for note in comparison.notes)]
    if len(sections) > 1 or comparison.pages:
        body.append(_contents(comparison))
    body += [_numbers_table(comparison), *sections]
    if comparison.pages:
        rows = "\n".join(_pair(pair, comparison) for pair in comparison.pages)
        body.append(f'<section><h2 id="pages">Pages side by side</h2>\n{rows}</section>')
    return _PAGE.format(title=escape(title), body="\n".join(filter(None, body)))


def _contents(comparison: Comparison) -> str:
    rows = [(f"title-{number}", _heading(row)) for number, row in enumerate(comparison.titles, 1)]
    rows = [*([("numbers", "Numbers that changed")] if any(_numbers(comparison)) else []), *rows]
    rows += [("pages", "Pages side by side")] if comparison.pages else []
    items = "".join(f'<li><a href="#{anchor}">{escape(words)}</a></li>' for anchor, words in rows)
    return f'<nav aria-label="Contents"><ul>{items}</ul></nav>'


def _heading(row: TitleChanges) -> str:
    return f"{row.name} ({', '.join(row.editions)})" if row.editions else row.name


def _numbers_table(comparison: Comparison) -> str:
    rows = "".join(
        f"<tr><th scope=row>{escape(_first_upper(where))}</th><td>{escape(title)}</td>"
        f"<td>{escape(', '.join(before)) or 'none'}</td><td>{escape(', '.join(after)) or 'none'}</td></tr>\n"
        for title, where, before, after in _numbers(comparison)
    )
    head = "<tr><th scope=col>Where</th><th scope=col>Title</th><th scope=col>Old</th><th scope=col>New</th></tr>"
    table = f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
    return f'<section><h2 id="numbers">Numbers that changed</h2>\n{table}</section>' if rows else ""


def _section(number: int, row: TitleChanges) -> str:
    changes = "\n".join(map(_item, row.changes))
    return (
        f'<section><h2 id="title-{number}">{escape(_heading(row))}</h2>\n'
        f"<p>{counted(len(row.changes), 'change')}.</p>\n{changes}</section>"
    )


def _item(change: Change) -> str:
    where = f"{_first_upper(change_address(change))}: {_WHATS[change.what]}"
    drawn = change.block.kind == "picture" and not any(kind != "same" for kind, _ in change.runs)
    words = escape(change.block.words) + " <ins>The drawing is another.</ins>" if drawn else _runs(change.runs)
    return f"<article><h3>{escape(where)}</h3><p class=part>{escape(change.block.title)}</p><p>{words}</p></article>"


def _runs(runs: Iterable[Run]) -> str:
    """Words with what went and what came, which is heard as well as seen."""
    heard = "<{0}><span class=heard>{1}: </span>{{}}<span class=heard>, end of what is {1}</span></{0}>"
    told = {"same": "{}", "removed": heard.format("del", "taken out"), "added": heard.format("ins", "new")}
    return " ".join(told[kind].format(escape(words)) for kind, words in runs)


def _pair(pair: PagePair, comparison: Comparison) -> str:
    sides = "".join(
        _figure(picture, label, pair.title)
        for picture, label in ((pair.old, comparison.old), (pair.new, comparison.new))
    )
    folios = " and ".join(dict.fromkeys(page_of(each.folio, english()) for each in (pair.old, pair.new) if each))
    return f"<h3>{escape(pair.title)}, {escape(folios)}</h3>\n<div class=pair>{sides}</div>"


def _figure(picture: PagePicture | None, label: str, title: str) -> str:
    if picture is None:
        return f"<figure><figcaption>{escape(label)}: no such page</figcaption></figure>"
    data = base64.b64encode(picture.png).decode()
    frames = "".join(
        f'<span style="left:{100 * left:.2f}%;top:{100 * top:.2f}%;width:{100 * (right - left):.2f}%;'
        f'height:{100 * (bottom - top):.2f}%"></span>'
        for left, top, right, bottom in picture.marks
    )
    place = page_of(picture.folio, english())
    alternative = f"{title}, {place}: {counted(len(picture.marks), 'line')} framed. The words are listed above."
    return (
        f'<figure><div class=page><img src="data:image/png;base64,{data}" alt="{escape(alternative)}">{frames}</div>'
        f"<figcaption>{escape(label)}, {escape(place)}</figcaption></figure>"
    )


def _first_upper(words: str) -> str:
    return words[:1].upper() + words[1:]


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ font: 1.125rem/1.55 sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a }}
html {{ background: #fff }}
h1, h2, h3 {{ line-height: 1.25 }}
h2 {{ margin-top: 2.5rem; border-top: 2px solid #1a1a1a; padding-top: .75rem }}
h3 {{ font-size: 1.125rem; margin: 1.5rem 0 0 }}
article p {{ margin: .25rem 0; max-width: 45rem }}
.part {{ color: #4a4a4a }}
a {{ color: #0b4a7e }}
a:focus-visible {{ outline: 3px solid #0b4a7e; outline-offset: 2px }}
del {{ color: #8c1d18; background: #fdecea }}
ins {{ color: #0b5a2a; background: #e6f4ea; text-decoration: underline 2px; font-weight: bold }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; vertical-align: top; border-bottom: 1px solid #767676; padding: .4rem .6rem }}
.pair {{ display: flex; flex-wrap: wrap; gap: 1rem }}
figure {{ margin: .5rem 0; flex: 1 1 18rem; max-width: 30rem }}
.page {{ position: relative; border: 1px solid #767676 }}
.page img {{ display: block; width: 100% }}
.page span {{ position: absolute; box-sizing: border-box; border: 3px solid #b00020; border-radius: 3px }}
.heard {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }}
@media print {{ article, .pair {{ break-inside: avoid }} }}
</style></head>
<body><main><h1>{title}</h1>
{body}
</main></body></html>
"""
