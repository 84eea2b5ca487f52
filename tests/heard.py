"""How many of poppler's words are heard, measured over folders of tagged PDFs: `python -m tests.heard DIR ...`.

Prints a row for each file in which something differs, and the total: words that are missing from what is heard (lost),
that are heard as one (glued), and that are heard more often than they stand on the page (doubled). With `--write` the
table goes into docs/structure.md. What is compared is the same on both sides: text that belongs to the structure by a
walk of its own over the objects, without elements that say something in place of their text (ActualText, Alt, E). All
other text, artifacts and appearances of annotations are taken out of a copy before poppler's `pdftotext` reads it.

Files are passed over, and counted as such, that are not tagged, that need a password, or of which poppler finds fewer
than `LEAST_WORDS` words.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from booklet import transcript
from tests.corpus import put

DOCUMENT = Path(__file__).parent.parent / "docs/structure.md"
BEGIN, END = "<!-- measured by tests/heard.py -->\n", "<!-- end of what was measured -->\n"
LEAST_WORDS = 5
MOST_EXAMPLES = 20
MAX_DEPTH = 12
SHOWS = frozenset(("Tj", "TJ", "'", '"'))
Owned = set[tuple[tuple[int, int], int]]
"""Marked contents by the page or form that numbers them, and their MCID."""


@dataclass(frozen=True)
class Row:
    """What one file came to, in words."""

    file: str
    words: int
    lost: int
    glued: int
    doubled: int
    examples: tuple[str, ...] = ()


def owned(pdf: Pdf) -> Owned:
    """The marked contents that stand in the structure and are said themselves."""
    found: Owned = set()
    seen: set[tuple[int, int]] = set()
    waiting: list[tuple[Any, Any]] = [(pdf.Root.StructTreeRoot, None)]
    while waiting:
        element, page = waiting.pop()
        page = element.get("/Pg", page)
        instead = "/ActualText" in element or any(str(element.get(key, "")) for key in ("/Alt", "/E"))
        if instead or element.get("/S") == Name.Artifact:
            continue
        kids = element.get("/K", Array())
        for kid in list(kids) if isinstance(kids, Array) else [kids]:
            if isinstance(kid, int) and page is not None:
                found.add((page.objgen, kid))
            elif isinstance(kid, Dictionary) and kid.get("/Type") == Name.MCR:
                holder = kid.get("/Stm", kid.get("/Pg", page))
                if holder is not None and "/MCID" in kid:
                    found.add((holder.objgen, int(kid.MCID)))
            elif isinstance(kid, Dictionary) and kid.get("/Type") != Name.OBJR and kid.objgen not in seen:
                seen |= {kid.objgen} - {(0, 0)}
                waiting.append((kid, page))
    return found


class _Cutter:
    """Takes out of pages and forms what is shown outside the structure."""

    def __init__(self, pdf: Pdf, kept: Owned) -> None:
        self.pdf = pdf
        self.kept = kept

    def cut(self, holder: Any, source: Any, resources: Any, said: bool, depth: int = 0) -> bytes:
        """The content of a page or form without the text outside, its forms replaced by copies that are cut."""
        kept: list[Any] = []
        marks: list[bool] = []
        properties = resources.get("/Properties", Dictionary())
        for instruction in pikepdf.parse_content_stream(source):
            operator, operands = str(instruction.operator), instruction.operands
            if operator in ("BDC", "BMC"):
                marks.append(said)
                given = operands[1] if len(operands) > 1 else None
                given = properties.get(given) if isinstance(given, Name) else given
                if operands[0] == Name.Artifact:
                    said = False
                elif isinstance(given, Dictionary) and "/MCID" in given:
                    said = (holder, int(given.MCID)) in self.kept
                if operands[0] == Name.Span and isinstance(given, Dictionary) and ("/Alt" in given or "/E" in given):
                    said = False
            elif operator == "EMC" and marks:
                said = marks.pop()
            elif operator in SHOWS and not said:
                continue
            elif operator == "Do" and (name := self._form(holder, operands[0], resources, said, depth)):
                instruction = pikepdf.ContentStreamInstruction([name], instruction.operator)
            kept.append(instruction)
        return pikepdf.unparse_content_stream(kept)

    def _form(self, holder: Any, known_as: Any, resources: Any, said: bool, depth: int) -> Name | None:
        objects = resources.get("/XObject", Dictionary())
        form = objects.get(known_as)
        if not isinstance(form, Stream) or form.get("/Subtype") != Name.Form or depth > MAX_DEPTH:
            return None
        inner = form.objgen if "/StructParents" in form else holder
        own = form.get("/Resources", resources)
        own = self.pdf.make_indirect(Dictionary(dict(own.items())))
        if "/XObject" in own:
            own.XObject = Dictionary(dict(own.XObject.items()))
        content = self.cut(inner, form, own, said, depth + 1)
        entries = {key: value for key, value in form.items() if key not in ("/Filter", "/DecodeParms", "/Length")}
        copy = self.pdf.make_stream(content, Dictionary(entries | {"/Resources": own}))
        name = Name(f"/Cut{len(objects)}")
        objects[name] = copy
        return name


def cut(source: Path, target: Path) -> bool:
    """Write a copy that shows only what the structure holds; False for a file that is not tagged."""
    with Pdf.open(source) as pdf:
        if not isinstance(pdf.Root.get("/StructTreeRoot"), Dictionary) or "/K" not in pdf.Root.StructTreeRoot:
            return False
        cutter = _Cutter(pdf, owned(pdf))
        for page in pdf.pages:
            resources = pdf.make_indirect(Dictionary(dict(page.resources.items())))
            if "/XObject" in resources:
                resources.XObject = Dictionary(dict(resources.XObject.items()))
            content = cutter.cut(page.obj.objgen, page, resources, said=False)
            page.obj.Contents = pdf.make_stream(content)
            page.obj.Resources = resources
            if "/Annots" in page:
                del page.obj["/Annots"]
        del pdf.Root["/StructTreeRoot"]
        pdf.save(target)
    return True


def poppler(path: Path) -> tuple[list[str], list[str]]:
    """The words that pdftotext finds both by where they stand and by the order in which they are drawn, and those that
    it finds either way: where the two part the letters otherwise, nobody knows the words.
    """
    found: list[Counter[str]] = []
    for way in ([], ["-raw"]):
        command = ["pdftotext", *way, "-enc", "UTF-8", "-nopgbrk", str(path), "-"]
        done = subprocess.run(command, capture_output=True, timeout=120, check=False)
        found.append(Counter(words(done.stdout.decode("utf-8", "replace"))))
    return list((found[0] & found[1]).elements()), list((found[0] | found[1]).elements())


def heard(path: Path) -> str:
    """The text of the structure, without what is said in place of text."""

    def bare(element: transcript.Element) -> transcript.Element:
        instead = element.alt or element.actual is not None or element.expansion
        kids = (" ",) if instead else tuple(kid if isinstance(kid, str) else bare(kid) for kid in element.kids)
        return replace(element, kids=kids, alt="", actual=None, expansion="", language="", fields=())

    return bare(transcript.load(path).top).text()


UNHEARD = re.compile(r"\u00ad\s*|[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Signs without a sound, and the hyphen that a word has only at the end of a line."""
HYPHENS = re.compile(r"[-\u2010\u2011]")
PARTS = re.compile(r"[][()\u2013\u2014\u2026/]|\.{3,}|(?<=[^\W\d_]{3})(?=\d)|(?<=[^\W\d_][.,;:])(?=\d)")
"""Brackets, dashes, leaders, strokes and the figures of notes, beside which there is a space or none."""

RIGHT, LEFT = r"[\u0590-\u08ff]", r"[A-Za-z0-9%]"
TURNS = re.compile(f"(?<={RIGHT})(?={LEFT})|(?<={LEFT})(?={RIGHT})")
"""Where letters from the right meet others, pdftotext finds a space or none."""
LAM_ALEF = str.maketrans("\u0622\u0623\u0625\u0644", "\u0627" * 4)
"""pdftotext gives the two letters of this ligature the wrong way round."""


def words(text: str) -> list[str]:
    """Words as they are compared: compatibility forms resolved, without signs around them that nobody hears."""
    plain = UNHEARD.sub("", unicodedata.normalize("NFKC", PARTS.sub(" ", text)))
    plain = TURNS.sub(" ", PARTS.sub(" ", plain)).translate(LAM_ALEF)
    return [word for word in (re.sub(r"^\W+|[^\w-]+$", "", token) for token in plain.split()) if word]


def compare(
    file: str, found: list[str], either: list[str], said: list[str], known: frozenset[str] = frozenset()
) -> Row:
    """Set the words of poppler against those that are heard, in whatever order. pdftotext takes hyphens away at the
    ends of lines, also that of a "well-known" word, parts turned and small words anywhere, and takes words of a scan
    for one: where the words that are heard stand among the `known` ones, and what pdftotext makes of them does not, it
    is no fault of what is heard.
    """
    hyphened = {HYPHENS.sub("", word) for word in said if HYPHENS.search(word[-1:])}
    found, either, said = ([HYPHENS.sub("", word) for word in each] for each in (found, either, said))
    missing, more = Counter(found) - Counter(said), Counter(said) - Counter(found)
    for word in list(missing):
        while missing[word] and len(parts := _parts(word, more)) > 1:
            whole = {part.casefold() for part in parts} <= known and word.casefold() not in known
            if not whole and not set(parts[:-1]) <= hyphened:
                break
            _take(more, parts, missing, word)
    glued, examples = 0, []
    for word in list(more):
        while more[word] and len(parts := _parts(word, missing)) > 1:
            _take(missing, parts, more, word)
            if word.casefold() not in known:
                glued += len(parts)
                examples.append(f"glued {'|'.join(parts)}")
    doubled = _doubled((more - (Counter(either) - Counter(found))).elements(), set(found), either, said)
    examples += [f"-{word}" for word in missing] + [f"+{word}" for word in more]
    return Row(file, len(found), sum(missing.values()), glued, doubled, tuple(examples))


def _doubled(more: Iterable[str], known: set[str], either: list[str], said: list[str]) -> int:
    """How many words are heard more often than they stand there, by their letters too: pdftotext parts some words."""
    letters = Counter("".join(said)) - Counter("".join(either))
    count = 0
    for word in more:
        if word in known and Counter(word) <= letters:
            letters -= Counter(word)
            count += 1
    return count


def _take(pool: Counter[str], parts: list[str], whole: Counter[str], word: str) -> None:
    for counter, taken in ((pool, Counter(parts)), (whole, Counter([word]))):
        left = counter - taken
        counter.clear()
        counter.update(left)


def _parts(word: str, pool: Counter[str]) -> list[str]:
    """Words of a pool that make up a word, one after the other; none where they do not."""
    ways: dict[int, list[str]] = {0: []}
    for end in range(1, len(word) + 1):
        for start in range(end):
            if start in ways and end not in ways and pool[word[start:end]] > ways[start].count(word[start:end]):
                ways[end] = [*ways[start], word[start:end]]
    return ways.get(len(word), [])


def read(paths: Iterable[Path]) -> Iterator[tuple[str, list[str], list[str], list[str] | str]]:
    """Of each file that can be measured its name, the words that poppler finds (`poppler`) and those that are heard, or
    why nothing is; of any other, why it is passed over, in place of words.
    """
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            try:
                if not cut(path, Path(folder) / "cut.pdf"):
                    yield path.name, [], [], "not tagged"
                    continue
            except Exception as reason:  # whatever a stranger's file makes pikepdf raise: no file to measure by
                yield path.name, [], [], type(reason).__name__
                continue
            found, either = poppler(Path(folder) / "cut.pdf")
            if len(found) < LEAST_WORDS:
                yield path.name, [], [], f"{len(found)} words"
                continue
            try:
                yield path.name, found, either, words(heard(path))
            except transcript.UnheardError as reason:
                yield path.name, found, either, str(reason)


def measure(paths: Iterable[Path]) -> tuple[list[Row], Counter[str]]:
    """A row for each file, and how many are passed over for which reason."""
    results = list(read(paths))
    counts = Counter(HYPHENS.sub("", word).casefold() for _, found, _, _ in results for word in found)
    known = frozenset(word for word, count in counts.items() if count > 1)
    rows: list[Row] = []
    passed_over: Counter[str] = Counter()
    for name, found, either, said in results:
        if not found:
            passed_over[str(said)] += 1
        elif isinstance(said, str):
            rows.append(Row(name, len(found), len(found), 0, 0, (said,)))
        else:
            rows.append(compare(name, found, either, said, known))
    return rows, passed_over


def table(rows: list[Row], passed_over: int) -> Iterator[str]:
    """The rows as a table in Markdown, those without a fault taken together."""
    total = [sum(getattr(row, key) for row in rows) for key in ("words", "lost", "glued", "doubled")]
    share = (total[1] + total[2]) / max(1, total[0])
    yield f"{date.today():%d %B %Y}: {len(rows)} tagged files, {passed_over} passed over."
    yield ""
    yield "| files | words | lost | glued | doubled |"
    yield "|---|---:|---:|---:|---:|"
    clean = [row for row in rows if not (row.lost or row.glued or row.doubled)]
    for row in sorted(rows, key=lambda row: row.lost + row.glued + row.doubled, reverse=True):
        if row not in clean:
            yield f"| {row.file} | {row.words:,} | {row.lost} | {row.glued} | {row.doubled} |"
    yield f"| {len(clean)} files without a fault | {sum(row.words for row in clean):,} | 0 | 0 | 0 |"
    yield f"| **all** | **{total[0]:,}** | **{total[1]}** | **{total[2]}** | **{total[3]}** |"
    yield ""
    yield f"Lost or glued: {share:.2%}."


def main() -> None:
    """Print the table and, on standard error, examples of what differs in each file."""
    folders = [Path(argument) for argument in sys.argv[1:] if argument != "--write"]
    if not folders:
        print("usage: python -m tests.heard DIR ... [--write]", file=sys.stderr)
        sys.exit(2)
    rows, passed_over = measure(path for folder in folders for path in sorted(folder.rglob("*.pdf")))
    for row in rows:
        if row.examples:
            print(row.file, *row.examples[:MOST_EXAMPLES], sep="\n    ", file=sys.stderr)
    for reason, count in passed_over.most_common():
        print(f"{count} passed over: {reason}", file=sys.stderr)
    text = "\n".join(table(rows, passed_over.total()))
    print(text)
    if "--write" in sys.argv:
        put(DOCUMENT, BEGIN, END, text)


if __name__ == "__main__":
    main()
