"""What a proofreader marks: text hard to read, words this booklet does not use, pictures badly told, idle words.

Years of school, reading times and the forms of words are known of English alone; of other languages it is said that
they were not measured.

All of it is read from the sources, once for all editions: what a template puts in is data, and counts as a name. All of
it is a warning: a person decides.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from markdown_it.token import Token

from booklet.composing.blocks import parse_call
from booklet.composing.grade import MASK, Sentence, flesch_kincaid, hardest, sentences, smog
from booklet.composing.markdown import parsed
from booklet.composing.passive import is_passive
from booklet.composing.sandbox import without_tags
from booklet.composing.views import services_of
from booklet.findings import Finding, Place, warning
from booklet.manuscript import Chapter, Manuscript, StandingPage
from booklet.order_codes import spells

HARDEST = 3
LONG_SENTENCE_WORDS = 20
"""Sentences of more words are long (stylemanual.gov.au, 'Sentences')."""
MOST_LONG = 0.25
"""The share of a section's sentences that may be long."""
LEAST = 3
"""Fewer sentences of a section, or fewer that are long or passive, are no reason to speak."""
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_FOREIGN_DATE = re.compile(
    rf"\b(?:(?:{_MONTHS}) \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{1,2}}(?:st|nd|rd|th)(?: of)? (?:{_MONTHS})"
    rf"|\d{{1,2}}/\d{{1,2}}/(?:\d{{4}}|\d{{2}}))\b"
)
"""Dates of the American order, with endings, or in numbers, of which nobody knows the day from the month."""
_SIGNS = re.compile(r"^:{3,} urgent-(?:signs|short)\b.*?\bring=\"?([\w-]+)", re.MULTILINE)
WORDS_A_MINUTE = 180
MOST_OFF = 2
"""By how much a chapter's reading time may be off, beside a minute: what prints differs by state."""
_TEXT_ALONE = re.compile(r"\b(?:text|SMS)(?: messages?)? only\b|\bnobody answers calls\b", re.IGNORECASE)
_ANY_WORD = re.compile(r"\w+")
MOST_UNSURE = 0.1
"""The share of a directory that may say "Check first": more is no help to somebody who is tired."""
_GLOSSARY = re.compile(r"^:{3,} glossary\b", re.MULTILINE)
_VOICE = re.compile(r"^::: voice .*\bsource=([\w-]+)", re.MULTILINE)
SHOWN = 60
"""Characters by which a sentence is known again."""
ALT_CHARACTERS = (20, 300)
"""Fewer teach nothing; more cannot be stopped or searched by a listener, and belong in the text."""


def proofread(manuscript: Manuscript) -> list[Finding]:
    """Warnings about the words of all chapters, pages and the glossary."""
    texts: list[Chapter | StandingPage] = [*manuscript.every_chapter, *manuscript.pages.values(), *manuscript.planned]
    signs = [words or "" for sign in manuscript.urgent_signs for words in (sign.sign, sign.words)]
    found = _without_words(manuscript)
    if manuscript.words.is_english:
        found += _idle_words(manuscript, " ".join([*(text.body for text in texts), *signs]))
        for chapter in manuscript.every_chapter:
            found += [*_hard(chapter, manuscript), *_long_winded(chapter, manuscript), *_passive(chapter, manuscript)]
        found += [*_reading_times(manuscript), *_unexplained(manuscript)]
    else:
        what = f"How hard texts in '{manuscript.words.language}' are to read, and how long they take, was not measured."
        expected = "Somebody who reads the language, and reads it aloud: the program measures English alone."
        found.append(warning("SRC-057", Place(manuscript.book.origin.file), what, expected))
    for text in texts:
        tokens = parsed(_of_all_editions(text.body))
        found += _avoided(_own_words(tokens), text.origin, manuscript)
        found += _dates(_own_words(tokens), text.origin, manuscript)
        found += _pictures(tokens, text.origin.file)
    for words, place in _data_words(manuscript):
        found += _avoided([(words, 0)], place, manuscript)
        found += _dates([(words, 0)], place, manuscript)
    found += _signs_of_no_block(manuscript, [text.body for text in texts])
    found += [*_without_facts(manuscript), *_unsure(manuscript), *_codes(manuscript)]
    return [*found, *_out_of_reach(manuscript)]


def _data_words(manuscript: Manuscript) -> Iterator[tuple[str, Place]]:
    """The words of heads and data files that print, but for names, which are other people's."""
    book, line = manuscript.book, manuscript.book.order_line
    for chapter in manuscript.every_chapter:
        head = chapter.head
        yield from (
            (words, head.origin) for words in (head.title, head.summary, head.pull or "", head.short_title or "")
        )
    for page in (*manuscript.pages.values(), *manuscript.planned):
        yield from ((words or "", page.origin) for words in (page.head.title, page.head.short_title))
    for term in manuscript.glossary:
        yield term.meaning, term.origin
    for service in manuscript.services:
        hours = service.hours if isinstance(service.hours, str) else ""
        yield from (
            (words or "", service.origin) for words in (service.description, service.alert, hours, service.cost)
        )
    for sign in manuscript.urgent_signs:
        yield from ((words or "", sign.origin) for words in (sign.sign, sign.words, sign.when))
    for edition in manuscript.editions:
        yield edition.emergency, edition.origin
        yield from ((words, notice.origin) for notice in edition.notices for words in (notice.title, notice.text))
    for insert in manuscript.inserts:
        yield from (
            (words, insert.origin) for words in (insert.head.title, insert.head.subtitle, insert.head.description)
        )
    for part in book.parts:
        yield from ((words, part.origin) for words in (part.title, part.sentence))
    headings = (*book.directory.audiences.values(), *book.directory.kinds.values())
    told = [book.title, book.subtitle, book.description, *headings, *(row.about for row in book.urgent)]
    told += book.call_first.words if book.call_first else ()
    if line:
        told += [words for words in (line.say, line.cost, line.hours, line.unconfirmed) if words]
        told += [words for item in line.items for words in (item.name, item.about)]
    yield from ((words, book.origin) for words in told)


def _signs_of_no_block(manuscript: Manuscript, bodies: Iterable[str]) -> Iterator[Finding]:
    """Urgent signs that no text prints."""
    rings = {ring for body in bodies for ring in _SIGNS.findall(body)}
    for sign in manuscript.urgent_signs:
        if sign.ring not in rings and sign.ring in manuscript.book.rings:
            found = f"'{sign.sign[:60]}' is printed nowhere."
            yield warning("SRC-035", sign.origin, found, f"A block 'urgent-signs ring={sign.ring}'.")


def _count(chapter: Chapter) -> int:
    """How many words a chapter has."""
    return len(_ANY_WORD.findall(_of_all_editions(chapter.body)))


def _without_words(manuscript: Manuscript) -> list[Finding]:
    """Chapters that say nothing."""
    empty = (chapter.head.origin for chapter in manuscript.every_chapter if not _count(chapter))
    return [
        warning("SRC-056", place, "The chapter holds no words.", "Text under its head, or no file.") for place in empty
    ]


def _reading_times(manuscript: Manuscript) -> Iterator[Finding]:
    """Chapters that take far longer to read than they say, or far less."""
    for chapter in manuscript.every_chapter:
        count = _count(chapter)
        said, taken = chapter.head.minutes, max(1.0, count / WORDS_A_MINUTE)
        if count and said and not said / MOST_OFF - 1 <= taken <= said * MOST_OFF + 1:
            found = f"The chapter says {said} minutes; its {count} words take about {taken:.0f}."
            yield warning("SRC-056", chapter.head.origin, found, f"minutes: {taken:.0f}")


def _without_facts(manuscript: Manuscript) -> Iterator[Finding]:
    """Sections that do not say which facts they rest on, and facts that no text uses."""
    for chapter in manuscript.every_chapter:
        for section in chapter.sections if manuscript.sources and chapter.head.sources is None else ():
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


def _out_of_reach(manuscript: Manuscript) -> Iterator[Finding]:
    """Entries whose words speak of text messages where a number to ring is all there is, and entries that an edition of
    another country prints or leaves out.
    """
    for service in manuscript.services:
        words = " ".join(each for each in (service.description, service.hours, service.place) if isinstance(each, str))
        if service.phone and not service.sms and _TEXT_ALONE.search(words):
            found = f"'{service.name}' speaks of text messages, and its number is one to ring."
            yield warning("LNK-012", service.origin, found, "sms: in place of phone:, where nobody answers calls.")
    for edition in manuscript.editions:
        plan, *others = manuscript.plans(edition)
        foreign = [
            service
            for service in (manuscript.services if others else ())
            if service.prints
            and service.serves(edition.code)
            and any(number.region != plan.region for number in service.numbers)
        ]
        for service in foreign:
            printed = "is printed with its country's code" if service.reaches(plan.region) else "is left out"
            found = f"'{service.name}' has a number of another country and {printed} in {edition.code}."
            yield warning("LNK-012", service.origin, found, f"A number that people in {plan.country} can ring.")


def _codes(manuscript: Manuscript) -> Iterator[Finding]:
    """Order codes that spell something, or hold a letter that is misheard."""
    rules = manuscript.book.order_codes
    rows: list[tuple[str, Place]] = []
    for edition in manuscript.editions:
        if edition.order_codes:
            rows += [(code, edition.order_codes.origin) for code in edition.order_codes.every]
    rows += [
        (code, insert.head.origin)
        for insert in manuscript.inserts
        for codes in insert.head.order_codes.values()
        for code in codes.every
    ]
    for code, place in rows:
        letters = code.replace(" ", "")
        word = spells(code, rules.avoid)
        misheard = [sign for sign in rules.misheard if sign in letters]
        if word or misheard:
            what = f"spells {word}" if word else f"holds {', '.join(misheard)}, which is misheard"
            yield warning("SRC-055", place, f"The order code {code} {what}.", "Another code.")


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
    return without_tags(source, MASK)


def web_links(body: str) -> Iterator[tuple[str, int]]:
    """The web addresses to which a text links, whatever edition prints them, and the line of each, from 1."""
    for target, _, line in _links(parsed(_of_all_editions(body))):
        if target.startswith(("https://", "http://")) and MASK not in target:
            yield target, line


def _links(tokens: Iterable[Token]) -> Iterator[tuple[str, str, int]]:
    """Where a text links to, by which words, and on which line, from 1."""
    for token in tokens:
        line = token.map[0] + 1 if token.map else 1
        target, words = "", ""
        for child in token.children or []:
            if child.type == "link_open":
                target, words = str(child.attrs.get("href", "")), ""
            elif child.type == "link_close":
                yield target, words, line
            line += child.type in ("softbreak", "hardbreak")
            words += child.content or " "


def _words(token: Token) -> str:
    children = token.children or []
    return "".join("\n" if child.type in ("softbreak", "hardbreak") else child.content for child in children)


def _paragraphs(tokens: Sequence[Token]) -> Iterator[tuple[str, int]]:
    """The paragraphs and list items of a text as they are read, and the line on which each starts, from 1."""
    for before, token in pairwise(tokens):
        if token.type == "inline" and before.type == "paragraph_open" and token.map:
            yield _words(token), token.map[0] + 1


@dataclass(frozen=True)
class Grades:
    """How hard a chapter is to read: years of school by two formulas, and how many sentences it has."""

    flesch_kincaid: float
    smog: float
    sentences: int


def grades_of(chapter: Chapter, manuscript: Manuscript) -> Grades | None:
    """The grades of a chapter; None of one without sentences, or in a language without such formulas."""
    text = measured(chapter, manuscript) if manuscript.words.is_english else ()
    return Grades(flesch_kincaid(text), smog(text), len(text)) if text else None


def _hard(chapter: Chapter, manuscript: Manuscript) -> list[Finding]:
    text = measured(chapter, manuscript)
    if not text:
        return []
    highest = manuscript.book.reading.highest_grade
    grades = flesch_kincaid(text), smog(text)
    if max(grades) <= highest:
        return list(_hard_sections(chapter, manuscript))
    rows = "; ".join(f"{chapter.origin.file}:{each.line} '{each.text}'" for each in hardest(text, HARDEST))
    found = f"The chapter asks for {grades[0]:.1f} (Flesch-Kincaid) and {grades[1]:.1f} (SMOG) years of school. {rows}"
    expected = f"At most {highest:g} by both: shorter sentences, and fewer words of three syllables or more."
    return [warning("SRC-050", Place(chapter.origin.file, 1), found, expected)]


def _hard_sections(chapter: Chapter, manuscript: Manuscript) -> Iterator[Finding]:
    """Hard sections of a chapter that is not hard as a whole, by one formula: SMOG asks for 30 sentences."""
    highest = manuscript.book.reading.highest_grade
    for name, place, own in _by_section(chapter, manuscript):
        if len(own) >= LEAST and (grade := flesch_kincaid(own)) > highest:
            rows = "; ".join(f"line {each.line}: '{_begun(each.text)}'" for each in hardest(own, HARDEST))
            found = f"The section '{name}' asks for {grade:.1f} years of school (Flesch-Kincaid). {rows}"
            expected = f"At most {highest:g}: shorter sentences, and fewer words of three syllables or more."
            yield warning("SRC-050", place, found, expected)


def _by_section(chapter: Chapter, manuscript: Manuscript) -> Iterator[tuple[str, Place, list[Sentence]]]:
    """What each section is called, where it begins, and its sentences but for what a voice says, which is as it was
    said.
    """
    voices = _voice_lines(parsed(_of_all_editions(chapter.body)))
    text = [sentence for sentence in measured(chapter, manuscript) if sentence.line not in voices]
    starts = [section.origin.line or 0 for section in chapter.sections]
    for number, section in enumerate(chapter.sections):
        end = starts[number + 1] if number + 1 < len(starts) else math.inf
        own = [sentence for sentence in text if starts[number] <= sentence.line < end]
        yield section.heading or chapter.head.title, section.origin, own


def _long_winded(chapter: Chapter, manuscript: Manuscript) -> Iterator[Finding]:
    """Sections in which too many sentences are long."""
    for name, place, own in _by_section(chapter, manuscript):
        long = [sentence for sentence in own if sentence.words > LONG_SENTENCE_WORDS]
        if len(long) >= LEAST and len(long) > len(own) * MOST_LONG:
            rows = "; ".join(f"line {each.line}, {each.words} words: '{_begun(each.text)}'" for each in long)
            found = f"{len(long)} of {len(own)} sentences of '{name}' are long. {rows}"
            expected = f"{LONG_SENTENCE_WORDS} words at most in three of four: a thought that needs more is two."
            yield warning("SRC-058", place, found, expected)


def _passive(chapter: Chapter, manuscript: Manuscript) -> Iterator[Finding]:
    """Sections in which too many sentences do not say who does something."""
    most = manuscript.book.reading.most_passive_percent
    for name, place, own in _by_section(chapter, manuscript):
        passive = [sentence for sentence in own if is_passive(sentence.text)]
        if len(passive) >= LEAST and len(passive) * 100 > len(own) * most:
            rows = "; ".join(f"line {each.line}: '{_begun(each.text)}'" for each in passive)
            found = f"{len(passive)} of {len(own)} sentences of '{name}' are passive. {rows}"
            expected = f"{most:g} in 100 at most: say who does it ('a nurse takes blood' for 'blood is taken')."
            yield warning("SRC-064", place, found, expected)


def _unexplained(manuscript: Manuscript) -> Iterator[Finding]:
    """Words of the glossary that the main booklet uses before a text leads to what they mean: to the glossary, or by
    the word itself to a chapter about it. A title without a glossary leads nowhere, and explains its words as it goes.
    """
    if not any(_GLOSSARY.search(chapter.body) for chapter in manuscript.chapters):
        return
    texts = [(chapter, parsed(_of_all_editions(chapter.body))) for chapter in manuscript.chapters]
    spoken = [(chapter.number, line, text) for chapter, tokens in texts for text, line in _spoken(tokens)]
    links = [(chapter.number, line, words, to) for chapter, tokens in texts for to, words, line in _links(tokens)]
    for term in manuscript.glossary:
        word = _any_of((term.word, f"{term.word}s"))
        used = min(
            ((at, line + text[: hit.start()].count("\n")) for at, line, text in spoken if (hit := word.search(text))),
            default=None,
        )
        led = ((at, line) for at, line, words, to in links if to == f"word:{term.slug}" or word.search(words))
        if used and min(led, default=(math.inf, 0)) > used:
            file = next(chapter.origin.file for chapter, _ in texts if chapter.number == used[0])
            found = f"'{term.word}' is used here before anything leads to what it means."
            expected = f"[{term.word}](word:{term.slug}), where readers meet it first."
            yield warning("SRC-065", Place(file, used[1]), found, expected)


def _spoken(tokens: Sequence[Token]) -> Iterator[tuple[str, int]]:
    """The paragraphs of a text but for those of a voice, and the line on which each starts."""
    voices = _voice_lines(tokens)
    return ((text, line) for text, line in _paragraphs(tokens) if line not in voices)


def _voice_lines(tokens: Iterable[Token]) -> frozenset[int]:
    """The lines, from 1, of what voices say."""
    spans = (
        range(token.map[0] + 1, token.map[1] + 1)
        for token in tokens
        if token.type == "container_block_open" and token.map and token.info.strip().startswith("voice")
    )
    return frozenset(line for span in spans for line in span)


def _begun(text: str) -> str:
    """The first words of a sentence."""
    text = text.replace(MASK, "…")
    return text if len(text) <= SHOWN else f"{text[:SHOWN].rsplit(' ', 1)[0]} ..."


def _dates(texts: Iterable[tuple[str, int]], place: Place, manuscript: Manuscript) -> Iterator[Finding]:
    """Dates that are written so that they may be misread (stylemanual.gov.au, 'Dates and time')."""
    language = manuscript.words.language
    if not manuscript.words.is_english or language == "en-US":
        return
    for text, line in texts:
        for hit in _FOREIGN_DATE.finditer(text):
            where = Place(place.file, line + text[: hit.start()].count("\n") if line else place.line)
            yield warning(
                "SRC-059",
                where,
                f"The date '{hit[0]}' may be misread.",
                "Day, month in letters, year: 22 November 2026.",
            )


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
    """Words on the book's list of those to avoid."""
    listed = manuscript.book.reading.avoid
    if not listed:
        return
    pattern = _any_of(listed)
    for text, line in texts:
        for hit in pattern.finditer(text):
            where = Place(place.file, line + text[: hit.start()].count("\n") if line else place.line)
            found = f"'{hit[0]}' is a word that this booklet does not use."
            yield warning("SRC-051", where, found, "Other words, or a voice with its source.")


@lru_cache(maxsize=8)
def _any_of(listed: tuple[str, ...]) -> re.Pattern[str]:
    """What finds any of some words, the longest first; `*` at the end of one stands for any ending."""
    words = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in sorted(listed, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)


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
