"""What a proofreader marks: text hard to read, words this booklet does not use, pictures badly told, idle words.

All of it is read from the sources, once for all editions: what a template puts in is data, and counts as a name. All of
it is a warning: a person decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from markdown_it.token import Token

from booklet.composing.blocks import parse_call
from booklet.composing.grade import MASK, Sentence, flesch_kincaid, hardest, sentences, smog
from booklet.composing.markdown import parsed
from booklet.composing.views import services_of
from booklet.findings import Finding, Place, warning
from booklet.manuscript import Chapter, Edition, InsertMatter, Manuscript, StandingPage

HARDEST = 3
MOST_UNSURE = 0.1
"""The share of a directory that may say "Check first": more is no help to somebody who is tired."""
_VOICE = re.compile(r"^::: voice .*\bsource=([\w-]+)", re.MULTILINE)
ALT_CHARACTERS = (20, 300)
"""Fewer teach nothing; more cannot be stopped or searched by a listener, and belong in the text."""


def proofread(manuscript: Manuscript) -> list[Finding]:
    """Warnings about the words of all chapters, pages and the glossary."""
    texts: list[Chapter | StandingPage] = [*manuscript.every_chapter, *manuscript.pages.values(), *manuscript.planned]
    signs = [words or "" for sign in manuscript.urgent_signs for words in (sign.sign, sign.words)]
    found = _idle_words(manuscript, " ".join([*(text.body for text in texts), *signs]))
    for chapter in manuscript.every_chapter:
        found += _hard(chapter, manuscript)
        found += _avoided([(chapter.head.title, 0), (chapter.head.summary, 0)], chapter.head.origin, manuscript)
    for text in texts:
        tokens = parsed(_of_all_editions(text.body))
        found += _avoided(_own_words(tokens), text.origin, manuscript)
        found += _pictures(tokens, text.origin.file)
    for term in manuscript.glossary:
        found += _avoided([(term.meaning, 0)], term.origin, manuscript)
    return [*found, *_without_facts(manuscript), *_unsure(manuscript), *_codes(manuscript)]


def _without_facts(manuscript: Manuscript) -> Iterator[Finding]:
    """Sections that do not say which facts they rest on, and facts that no text uses."""
    for chapter in manuscript.every_chapter:
        for section in chapter.sections if chapter.head.sources is None else ():
            if section.facts is None:
                found = f"The section '{section.heading or chapter.head.title}' names no facts."
                yield warning("SRC-053", section.origin, found, "'[facts: id, id]', or '[facts: none]'.")
    used = {fact for chapter in manuscript.every_chapter for fact in chapter.facts}
    used |= {fact for sign in manuscript.urgent_signs for fact in sign.facts}
    used |= {fact for term in manuscript.glossary for fact in term.facts}
    used |= {told for chapter in manuscript.every_chapter for told in _VOICE.findall(chapter.body)}
    for source in manuscript.sources.values():
        if source.id not in used:
            yield warning("SRC-054", source.origin, f"No text uses '{source.id}'.", "A section that names it, or none.")


def _unsure(manuscript: Manuscript) -> Iterator[Finding]:
    """Directories in which too many entries say that they are to be checked first."""
    for edition in manuscript.editions:
        printed = services_of(manuscript, edition)
        unsure = sum(service.confirm_before_print for service in printed)
        if unsure > len(printed) * MOST_UNSURE:
            found = f"{unsure} of {len(printed)} entries of the directory for {edition.code} say 'Check first'."
            yield warning("SRC-042", edition.origin, found, "One in ten at most: ring the others, or leave them out.")


def _codes(manuscript: Manuscript) -> Iterator[Finding]:
    """Order codes that spell a word of the book's list, or hold a letter that is misheard."""
    rules = manuscript.book.order_codes
    rows: list[tuple[str, Edition | InsertMatter]]
    rows = [(code, edition) for edition in manuscript.editions for code in edition.order_codes.every]
    rows += [
        (code, insert.head)
        for insert in manuscript.inserts
        for codes in insert.head.order_codes.values()
        for code in codes.every
    ]
    for code, record in rows:
        letters = code.replace(" ", "")
        spelt = [word for word in rules.avoid if word in letters]
        misheard = [sign for sign in rules.misheard if sign in letters]
        if spelt or misheard:
            what = f"spells {spelt[0]}" if spelt else f"holds {', '.join(misheard)}, which is misheard"
            yield warning("SRC-055", record.origin, f"The order code {code} {what}.", "Another code.")


def measured(chapter: Chapter, manuscript: Manuscript) -> tuple[Sentence, ...]:
    """The sentences of a chapter, its summary first."""
    names = [
        *manuscript.book.reading.names,
        *(service.name for service in manuscript.services),
        *(word for term in manuscript.glossary for word in (term.word, *term.also)),
    ]
    summary = (chapter.head.summary, chapter.head.origin.line)
    return _sentences(summary, chapter.body, tuple(names))


@lru_cache(maxsize=256)
def _sentences(summary: tuple[str, int], body: str, names: tuple[str, ...]) -> tuple[Sentence, ...]:
    return tuple(sentences([summary, *_paragraphs(parsed(_of_all_editions(body)))], names))


def _of_all_editions(source: str) -> str:
    """The text of all editions at once, each line where it was: a name for what is put in, both sides of an `if`."""
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}", lambda tag: "\n" * tag[0].count("\n"), source, flags=re.DOTALL)
    return re.sub(r"\{\{.*?\}\}", lambda tag: MASK + "\n" * tag[0].count("\n"), text, flags=re.DOTALL)


def _words(token: Token) -> str:
    children = token.children or []
    return "".join("\n" if child.type in ("softbreak", "hardbreak") else child.content for child in children)


def _paragraphs(tokens: Sequence[Token]) -> Iterator[tuple[str, int]]:
    """The paragraphs and list items of a text as they are read, and the line on which each starts, from 1."""
    for before, token in pairwise(tokens):
        if token.type == "inline" and before.type == "paragraph_open" and token.map:
            yield _words(token), token.map[0] + 1


def _hard(chapter: Chapter, manuscript: Manuscript) -> list[Finding]:
    text = measured(chapter, manuscript)
    if not text:
        return []
    highest = manuscript.book.reading.highest_grade
    grades = flesch_kincaid(text), smog(text)
    if max(grades) <= highest:
        return []
    rows = "; ".join(f"{chapter.origin.file}:{each.line} '{each.text}'" for each in hardest(text, HARDEST))
    found = f"The chapter asks for {grades[0]:.1f} (Flesch-Kincaid) and {grades[1]:.1f} (SMOG) years of school. {rows}"
    expected = f"At most {highest:g} by both: shorter sentences, and fewer words of three syllables or more."
    return [warning("SRC-050", Place(chapter.origin.file, 1), found, expected)]


def _own_words(tokens: Sequence[Token]) -> Iterator[tuple[str, int]]:
    """All words of a text and their lines, but for those that a voice says."""
    voices: list[bool] = []
    for token in tokens:
        if token.type == "container_block_open" and token.map:
            voices.append(token.info.strip().startswith("voice"))
            yield token.info, token.map[0] + 1
        elif token.type == "container_block_close":
            voices.pop()
        elif token.type == "inline" and token.map and not any(voices):
            yield _words(token), token.map[0] + 1


def _avoided(texts: Iterable[tuple[str, int]], place: Place, manuscript: Manuscript) -> Iterator[Finding]:
    """Words on the book's list of those to avoid; `*` at the end of one stands for any ending."""
    listed = manuscript.book.reading.avoid
    if not listed:
        return
    pattern = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in sorted(listed, key=len, reverse=True))
    for text, line in texts:
        for hit in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE):
            where = Place(place.file, line + text[: hit.start()].count("\n") if line else place.line)
            found = f"'{hit[0]}' is a word that this booklet does not use."
            yield warning("SRC-051", where, found, "Other words, or a voice with its source.")


def _pictures(tokens: Sequence[Token], file: str) -> Iterator[Finding]:
    """Text alternatives that say too little or too much, or what the caption says already (STANDARDS UA8)."""
    for index, token in enumerate(tokens):
        if token.type == "container_block_open" and token.map:
            call = parse_call(token.info, Place(file, token.map[0] + 1), empty=False)
            close = next(i for i in range(index, len(tokens)) if tokens[i].type == "container_block_close")
            caption = " ".join(_words(inner) for inner in tokens[index:close] if inner.type == "inline")
            if call.name == "figure" and call.options.get("alt"):
                yield from _alternative(call.options["alt"], caption, call.place)
        for child in token.children or [] if token.type == "inline" else []:
            if child.type == "image" and child.content.strip() and token.map:
                yield from _alternative(child.content, "", Place(file, token.map[0] + 1))


def _alternative(alt: str, caption: str, place: Place) -> Iterator[Finding]:
    least, most = ALT_CHARACTERS
    if not least <= len(alt) <= most:
        expected = f"{least} to {most} characters that teach what the picture teaches."
        yield warning("ACC-005", place, f"The text alternative has {len(alt)} characters.", expected)
    if _bare(alt) == _bare(caption):
        expected = "What the picture shows; the caption is read out as well."
        yield warning("ACC-005", place, "The text alternative is the caption again.", expected)


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _idle_words(manuscript: Manuscript, text: str) -> list[Finding]:
    """Words of the glossary that no chapter and no page uses, in any of their forms."""
    found = []
    for term in manuscript.glossary:
        forms = "|".join(re.escape(word) for word in (term.word, term.slug, *term.also))
        if not re.search(rf"(?<!\w)(?:{forms})(?:s|es)?(?!\w)", text, re.IGNORECASE):
            what = f"No chapter uses '{term.word}'."
            found.append(warning("SRC-052", term.origin, what, "A word that readers meet, or no entry."))
    return found
