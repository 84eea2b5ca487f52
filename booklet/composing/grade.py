"""How many years of school a text asks for, by two formulas, and which of its sentences ask for most.

Flesch-Kincaid (Kincaid and others, 1975) and SMOG (McLaughlin, 1969) count words, sentences and syllables. Names that
nobody could replace (medicines, services, words that the glossary explains) are masked: each word of one counts as a
word of one syllable. Headings, tables and the titles of boxes are no sentences and are left out; an item of a list is
one, with or without a full stop. A hyphenated word is one word, as McLaughlin has it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

LONG = 3
"""Syllables from which a word counts as long (SMOG)."""
MASK = "\ue030"
"""Stands for one word of a name."""

_WORD = re.compile(f"{MASK}|\\d[\\d.,:/]*|[^\\W\\d_]+(?:[\u2019'-][^\\W_]+|\\d)*")
_SENTENCE = re.compile(r"\S.*?(?:[.!?]++[)\]\"'\u2019\u201d]*(?=\s|\Z)|\Z)", re.DOTALL)
_SHORTENED = re.compile(r"\b(Dr|Mr|Mrs|Ms|St)\.")
_IRREGULAR = {
    "ageing": 2, "aches": 1, "anyone": 3, "argue": 2, "being": 2, "business": 2, "cafe": 2,
    "evening": 2, "everyone": 3, "eye": 1, "eyes": 1, "headaches": 2, "hundred": 2, "lion": 2, "people": 2,
    "pier": 1, "priest": 1, "recipe": 3, "science": 2, "someone": 2, "special": 2, "whereas": 2,
}  # fmt: skip
_MORE = re.compile(
    r"(?<![ctgs])ia(?!ge)|iat|io(?!n|u)|(?<![ctgxv])ious|vious|iu|iet|(?<![ct])ien[ct]|i(?:er|est)\b|[aeiouy]ing"
    r"|[aeou]y[aeiou](?!d\b)|(?<=[aeiouy][^aeiouy])ea(?=s?\b)|creat|react|^rea(?=ss)|^rei[mn]|oea|poe[mt]|ao"
    r"|(?:er|vid|st|th|^g|^n)eo|eum\b|(?<![qg])ua(?!d)|(?<![qg])ue[ln]|(?<![qg])uo|^ruin|genui|flui|suici|tuit|(?:s|th)m\b"
)
"""Letters that look like one vowel and are two, or none and are one."""
_FEWER = re.compile(
    r"(?<![aeiouy])(?<![^aeiouyl]l)(?<![bcdt]r)e\b|(?<![aeiouysxzcg])(?<![sc]h)(?<![^aeiouyl]l)(?<![bcdt]r)es\b"
    r"|(?<![aeiouytd])(?<![^aeiouylr]l)ed\b|[gq]ue[sd]?\b"
)
"""An e at the end that is written and not said."""
_FEWER_INSIDE = re.compile(
    r"(?<![aeiouyl])e(?=ments?\b|ly\b|ful|less|ness)|(?<=[^aeiouytd]e)dness|(?<![aeiouy])ety\b|^every"
    r"|^(?:some|there|where|life|home|time|side)(?=[^aeiouy]\w)"
)
"""The same inside a word of more than two vowels."""


@dataclass(frozen=True)
class Sentence:
    """One sentence, the line on which it starts, and what the formulas count of it."""

    text: str
    line: int
    words: int
    syllables: int
    long_words: int


def syllables(word: str) -> int:
    """How many syllables an English word has, by its letters and by full pronunciation (`medicine` has three).

    An acronym has one a letter; a number counts as one.
    """
    if word == MASK or not word[0].isalpha():
        return 1
    return sum(_of_plain(part) for part in word.replace("\u2019", "'").split("-") if part)


@cache
def _of_plain(word: str) -> int:
    if len(word) > 1 and word.upper() == word:
        return len(word)
    stem, _, ending = word.lower().partition("'")
    if ending == "t":
        return _of_plain(stem[:-1]) + (stem[-2:-1] in ("d", "s"))
    more = ending == "s" and bool(re.search(r"(?:[sxz]|[cs]h|[cgs]e)\Z", stem))
    if stem in _IRREGULAR:
        return _IRREGULAR[stem] + more
    count = len(re.findall(r"[aeiouy]+", stem))
    inside = len(_FEWER_INSIDE.findall(stem)) if count > 2 else 0
    return max(1, count + len(_MORE.findall(stem)) - len(_FEWER.findall(stem)) - inside) + more


def masked(text: str, names: Iterable[str]) -> str:
    """The text with each word of each of these names, also as a plural, replaced by a mark of one syllable."""
    longest_first = sorted({name for name in names if name}, key=len, reverse=True)
    if not longest_first:
        return text
    pattern = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in longest_first)
    return re.sub(
        rf"(?<![\w-])(?:{pattern})(?:s|['\u2019]s)?(?![\w-])",
        lambda name: re.sub(r"\S+", MASK, name[0]),
        text,
        flags=re.IGNORECASE,
    )


def sentences(paragraphs: Iterable[tuple[str, int]], names: Sequence[str]) -> Iterator[Sentence]:
    """The sentences of some paragraphs, each of which comes with the line on which it starts."""
    for text, line in paragraphs:
        hidden = masked(_SHORTENED.sub(r"\1", text), names)
        shown = [found[0] for found in _SENTENCE.finditer(_SHORTENED.sub(r"\1", text))]
        for position, found in enumerate(_SENTENCE.finditer(hidden)):
            counts = [syllables(word) for word in _WORD.findall(found[0])]
            if counts:
                words = shown[position] if position < len(shown) else found[0]
                start = line + hidden[: found.start()].count("\n")
                yield Sentence(" ".join(words.split()), start, len(counts), sum(counts), sum(n >= LONG for n in counts))


def flesch_kincaid(text: Sequence[Sentence]) -> float:
    """The Flesch-Kincaid grade: 0.39 words a sentence and 11.8 syllables a word, less 15.59."""
    words = sum(sentence.words for sentence in text)
    return 0.39 * words / len(text) + 11.8 * sum(sentence.syllables for sentence in text) / words - 15.59


def smog(text: Sequence[Sentence]) -> float:
    """The SMOG grade, from the long words in 30 sentences; shorter texts are scaled to 30."""
    return 1.0430 * math.sqrt(sum(sentence.long_words for sentence in text) * 30 / len(text)) + 3.1291


def hardest(text: Sequence[Sentence], count: int) -> list[Sentence]:
    """The sentences that raise the Flesch-Kincaid grade of a text most, in the order of the text: long ones, and short
    ones with very long words.
    """
    words, syllables = sum(sentence.words for sentence in text), sum(sentence.syllables for sentence in text)

    def without(sentence: Sentence) -> float:
        rest = words - sentence.words
        return 0.39 * rest / max(1, len(text) - 1) + 11.8 * (syllables - sentence.syllables) / max(1, rest) - 15.59

    whole = flesch_kincaid(text)
    raising = [index for index, sentence in enumerate(text) if len(text) == 1 or without(sentence) < whole]
    chosen = sorted(raising, key=lambda index: without(text[index]))[:count]
    return [text[index] for index in sorted(chosen)]
