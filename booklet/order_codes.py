"""Order codes: two groups of three characters that are said on the phone, the last one a check.

A code stands for a title in an edition and a size of print, never for a person. It is spelt with words (ICAO Annex 10,
volume II, chapter 5), and what was heard is compared with the codes that exist: one wrong character, or two that
changed places, is put right where one code alone can be meant. A guess is never made.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from booklet.findings import BookletError

ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"
"""Letters and digits that are not mistaken for one another on the phone: no 0 O, 1 I L, 2 Z, 5 S, 8 B."""

SPELLING_WORDS: dict[str, str] = {
    "A": "Alfa", "B": "Bravo", "C": "Charlie", "D": "Delta", "E": "Echo", "F": "Foxtrot", "G": "Golf", "H": "Hotel",
    "I": "India", "J": "Juliett", "K": "Kilo", "L": "Lima", "M": "Mike", "N": "November", "O": "Oscar", "P": "Papa",
    "Q": "Quebec", "R": "Romeo", "S": "Sierra", "T": "Tango", "U": "Uniform", "V": "Victor", "W": "Whiskey",
    "X": "X-ray", "Y": "Yankee", "Z": "Zulu", "0": "zero", "1": "one", "2": "two", "3": "three", "4": "four",
    "5": "five", "6": "six", "7": "seven", "8": "eight", "9": "nine",
}  # fmt: skip
"""All letters and digits, because what is heard may hold any of them."""

_WEIGHTS = (2, 3, 4, 6, 7)
"""From right to left. Each, and the difference of each two neighbours, shares no factor with 25, so that one wrong
character and two swapped neighbours are always noticed, as with ISBN-10 (ISO 2108:1992)."""

_SAID: dict[str, str] = {word.lower().replace("-", ""): sign for sign, word in SPELLING_WORDS.items()} | {
    "alpha": "A", "juliet": "J", "whisky": "W", "tree": "3", "for": "4", "fower": "4", "fife": "5", "niner": "9",
    "nought": "0", "bee": "B", "cee": "C", "see": "C", "dee": "D", "ee": "E", "eff": "F", "gee": "G", "aitch": "H",
    "haitch": "H", "jay": "J", "kay": "K", "ell": "L", "em": "M", "en": "N", "oh": "O", "pee": "P", "cue": "Q",
    "queue": "Q", "are": "R", "ar": "R", "ess": "S", "tee": "T", "tea": "T", "you": "U", "vee": "V", "ex": "X",
    "why": "Y", "zed": "Z", "zee": "Z",
}  # fmt: skip
"""The spelling words, and what operators and callers say in their place."""
_FILLERS = frozenset(
    ("and", "capital", "code", "dash", "hyphen", "is", "it", "its", "letter", "my", "number", "order", "space", "the")
)
_REPEATED = {"double": 2, "triple": 3}
_TYPED = re.compile(r"[a-z0-9]{3}[\s-]?[a-z0-9]{3}")
_AS_IN = re.compile(r"\b([a-z])[,\s]+(?:for|as in|as)\s+\1[a-z]+")
"""'N for November', 'N as in Nancy': the letter is what counts."""
_TOKEN = re.compile(r"x[\s-]?ray|[a-z]+|\d")
_LONGEST_RUN = 3
"""As many letters together are letters that were typed; more are a word that was said."""

ILLNESSES_AND_INSULTS = (
    "ACHE", "CANCER", "CANKR", "CNCR", "CUNT", "DEAD", "DEATH", "DYKE", "FAG", "FAT", "FCK", "FKU", "FUK", "GERM",
    "GYP", "HATE", "HPV", "HRT", "HURT", "JAP", "JEW", "KARK", "KFR", "KKK", "KRANK", "KUNT", "METH", "MRT", "NGR",
    "PAK", "PUKE", "RAPE", "TARD", "TMR", "TURD", "TWAT", "WANK", "WAR", "YUK", "666",
)  # fmt: skip
"""What a code may not spell, even where a digit stands for a letter; a vowel is not always needed to be read."""
_LOOKS_LIKE = str.maketrans("3479", "EATG")
_READ_AT_A_GLANCE = 4
"""Of as many letters, a word is read even where digits stand for some; 'W4R' is said 'W, four, R'."""
_WORD = re.compile(r"(?=[A-Z]*[AEUY])[A-Z]{3,}")
"""Three letters in a row with a vowel among them can be said, and sooner or later mean something."""


MISHEARD = "BCDEGPTV3"
"""Letters and digits that rhyme with one another in English."""
_SHAPE = "LDLLD"
"""Letters (L) and digits (D) of a new code, before its check, which is a letter: so it spells nothing."""
_LEAST_APART = 3
"""Characters in which a new code differs from all others: one that is misheard is nearest to itself."""
_MOST_TRIES = 20_000
_CODE = re.compile(rf"(?<![^\W_])[{ALPHABET}]{{3}} [{ALPHABET}]{{3}}(?![^\W_])")


class NoCodeLeftError(BookletError):
    """So many codes are in use that none is found which nobody takes for another."""


@dataclass(frozen=True)
class CodeEntry:
    """What a code stands for: the title (`main` or the id of an insert), the state, the size (`standard` or
    `large-print`) and the issue that it is or was printed in. `is_current` says that this issue is the one to send.
    """

    code: str
    spelling: str
    publication: str
    title: str
    edition: str
    size: str
    issue: str
    is_current: bool

    @property
    def thing(self) -> tuple[str, str, str]:
        """What can be ordered, whatever its code was called: title, edition and size."""
        return (self.publication, self.edition, self.size)

    def __str__(self) -> str:
        return f"{self.title}, {self.edition}{', large print' if self.size != 'standard' else ''}, issue {self.issue}"


@dataclass(frozen=True)
class Recognition:
    """What was heard (six characters, or whatever they were), the codes it can stand for, and what had to be put right:
    empty where the code was heard as it is. One code alone is an answer; none or several are none.
    """

    heard: str
    candidates: tuple[str, ...] = ()
    correction: str = ""

    @property
    def code(self) -> str | None:
        """The one code that can be meant."""
        return self.candidates[0] if len(self.candidates) == 1 else None


@lru_cache(maxsize=2048)
def check_character(body: str) -> str:
    """The check character for the five characters before it: the weighted sum of all six is a multiple of 25."""
    values = (ALPHABET.index(letter) for letter in reversed(body))
    total = sum(weight * value for weight, value in zip(_WEIGHTS, values, strict=True))
    return ALPHABET[-total % len(ALPHABET)]


def is_order_code(code: str) -> bool:
    """True for two groups of three spoken-safe characters, the last one being the check character."""
    bare = code.replace(" ", "")
    return (
        re.fullmatch(r"\S{3} \S{3}", code) is not None
        and set(bare) <= set(ALPHABET)
        and check_character(bare[:-1]) == bare[-1]
    )


def new_code(
    taken: Collection[str],
    avoid: Iterable[str] = (),
    misheard: str = MISHEARD,
    choose: Callable[[Sequence[str]], str] = secrets.choice,
) -> str:
    """An order code that nobody takes for one of those that are taken, that spells nothing, and that has no character
    which is misheard. Raises NoCodeLeftError.
    """
    signs = [sign for sign in ALPHABET if sign not in misheard]
    kinds = {"L": [sign for sign in signs if sign.isalpha()], "D": [sign for sign in signs if sign.isdigit()]}
    avoided = tuple(avoid)
    for _ in range(_MOST_TRIES if all(kinds.values()) else 0):
        body = "".join(choose(kinds[kind]) for kind in _SHAPE)
        code = _grouped(body + check_character(body))
        if code[-1] in kinds["L"] and not spells(code, avoided) and all(_apart(code, other) for other in taken):
            return code
    raise NoCodeLeftError(
        "No order code is left that nobody takes for another. Fewer letters under misheard leave more."
    )


def order_codes_in(text: str) -> list[str]:
    """Whatever in a text is an order code."""
    return [code for code in _CODE.findall(text) if is_order_code(code)]


def _apart(code: str, other: str) -> bool:
    return sum(one != two for one, two in zip(code, other, strict=True)) >= _LEAST_APART


def spelling(code: str) -> str:
    """How a code is said: 'November, nine, Yankee; Juliett, four, Juliett'. Groups are told apart by a semicolon."""
    return "; ".join(", ".join(SPELLING_WORDS[sign] for sign in group) for group in code.split())


def spells(code: str, avoid: Iterable[str] = ()) -> str | None:
    """The word, illness or insult that a code spells, or None. Three letters in a row with a vowel count as a word.

    `avoid` is what a book adds of its own.
    """
    bare = code.replace(" ", "")
    for word in (*avoid, *ILLNESSES_AND_INSULTS):
        if word in bare or (len(word) >= _READ_AT_A_GLANCE and word in bare.translate(_LOOKS_LIKE)):
            return word
    word_like = _WORD.search(bare)
    return word_like.group() if word_like else None


def decode(said: str) -> str:
    """The characters of what was said or typed: spelling words, letters, digits, 'N for Nancy', 'double seven'.

    A word that spells nothing stands for its first letter; 'the', 'code is' and the like for none.
    """
    text = said.strip().lower()
    if _TYPED.fullmatch(text):
        return re.sub(r"[\s-]", "", text).upper()
    signs = ""
    times = 1
    for token in _TOKEN.findall(_AS_IN.sub(r"\1", text)):
        signs += _sign_of(token) * times
        times = _REPEATED.get(token, 1)
    return signs


def recognise(said: str, codes: Iterable[str]) -> Recognition:
    """Which of the codes was said. One wrong character, or two that changed places, is put right where it is clear."""
    heard = _grouped(decode(said))
    every = sorted(set(codes))
    if heard in every:
        return Recognition(heard, (heard,))
    near = {code: fault for code in every if (fault := _fault(heard.replace(" ", ""), code.replace(" ", "")))}
    return Recognition(heard, tuple(near), next(iter(near.values())) if len(near) == 1 else "")


def answer(said: str, entries: Sequence[CodeEntry], issue: str | None = None) -> tuple[bool, list[str]]:
    """Whether a copy with this code (and of this issue, where the caller can read it) is the current one, and what to
    say about it, line by line.
    """
    found = recognise(said, (entry.code for entry in entries))
    if found.code is None:
        return False, _refusal(found, entries)
    lines = [f"Heard {found.heard}: {found.correction}."] if found.correction else []
    rows = [entry for entry in entries if entry.code == found.code]
    lines.append(f"{found.code}: {spelling(found.code)}.")
    lines += [str(row) for row in rows]
    now = next((entry for entry in entries if entry.thing == rows[0].thing and entry.is_current), None)
    issues = {row.issue for row in rows}
    if issue is not None and issue not in issues:
        return False, [*lines, f"No issue {issue} has this code. It was printed in: {', '.join(sorted(issues))}."]
    if now is None:
        return False, [*lines, "Nothing takes its place: it is no longer printed."]
    if now.code != found.code:
        return False, [*lines, f"Not current. The code is now {now.code}: {spelling(now.code)}. Issue {now.issue}."]
    if issue is None and len(issues) > 1:
        return False, [*lines, f"Ask which issue the copy names inside its cover. {now.issue} is the current one."]
    if issue is not None and issue != now.issue:
        return False, [*lines, f"Not current: issue {now.issue} has the same code."]
    return True, [*lines, "Current."]


def answer_issue(issue: str, entries: Sequence[CodeEntry]) -> tuple[bool, list[str]]:
    """Whether copies of an issue are current, where the caller reads that and no code; and what to say about it."""
    now = sorted({entry.issue for entry in entries if entry.is_current})
    earlier = {entry.issue for entry in entries if not entry.is_current}
    if issue in now and issue in earlier:
        return False, [f"Issue {issue} was printed with other codes before. Ask for the order code."]
    if issue in now:
        return True, [f"Issue {issue}: current."]
    if issue in earlier:
        return False, [f"Issue {issue}: not current. Issue {', '.join(now)} is."]
    return False, [f"No issue is called {issue}. There are: {', '.join(sorted({*now, *earlier}))}."]


def _refusal(found: Recognition, entries: Sequence[CodeEntry]) -> list[str]:
    if found.candidates:
        asked = [f"Heard {found.heard or 'nothing'}, which can be more than one code. Ask for it again, word by word:"]
        for code in found.candidates:
            asked += [f"  {code}: {spelling(code)}. {row}" for row in entries if row.code == code][:1]
        return asked
    if len(found.heard.replace(" ", "")) != len(_WEIGHTS) + 1:
        return [f"Heard {found.heard or 'nothing'}. A code has six characters, in two groups of three."]
    wrong = "" if is_order_code(found.heard) else " At least two characters are wrong."
    return [f"No code is {found.heard}, and none is near it.{wrong} Ask for it again, word by word."]


def _sign_of(token: str) -> str:
    bare = re.sub(r"[\s-]", "", token)
    if bare in _FILLERS or bare in _REPEATED:
        return ""
    return _SAID.get(bare) or (bare if len(bare) <= _LONGEST_RUN else bare[0]).upper()


def _grouped(signs: str) -> str:
    return f"{signs[:3]} {signs[3:]}".strip()


def _fault(heard: str, code: str) -> str:
    """What is wrong with what was heard if this code was meant; empty when it is more than can be put right."""
    if len(heard) != len(code):
        return ""
    wrong = [index for index, sign in enumerate(code) if heard[index] != sign]
    if len(wrong) == 1:
        place = wrong[0]
        return f"character {place + 1} is {SPELLING_WORDS[code[place]]}, not {SPELLING_WORDS[heard[place]]}"
    for first, second in combinations(wrong, 2) if len(wrong) == 2 else ():
        if heard[first] == code[second] and heard[second] == code[first]:
            return f"characters {first + 1} and {second + 1} changed places"
    return ""
