"""The words that the house prints, says and writes into files beside what people wrote, in the booklet's language.

English is `en.toml`, beside this module. A project says other English words, or those of another language, in its
`chapters/words.toml` (docs/languages.md). Forms of the plural, dates, names of months and the direction of reading are
those of the CLDR, from Babel.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date, format_skeleton, get_day_names, get_month_names

from booklet.findings import Finding, Place, error

PRINTER = "printer"
"""The table of words that only a printer reads."""
MOST_WORDS, LONGEST = 200, 60
"""Of a list, and the letters of each."""
OTHER = "other"
"""The form of a plural that every language has (CLDR)."""
_CASES = ("zero", "one", "two", "few", "many", OTHER)
"""All forms that a plural may have, in the order of the CLDR."""
_HOW_TO_TRANSLATE = """\
# The words that the house prints beside yours, in English. Take away the # before a word, and put yours in its place:
# in English, only where it is to be another. {names} in braces stand for what is put in: keep them. Those under
# [printer] may stay English. More of this: docs/languages.md of booklet.
"""
PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
COUNT = "count"
"""The placeholder by which a form of the plural is chosen; a form may do without it, as 'two' does in Arabic."""
Key = tuple[str, ...]
Places = Callable[[Key], Place]
"""Where in the project's file a key is written."""
Forms = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Words:
    """The words of one language: each phrase by its key (`page.reference`) in its forms of the plural, which is `other`
    alone where no number matters; and lists of words. Two are equal that say the same (`digest`). `has_printers` says
    whether those for a printer are in this language, too.
    """

    language: str
    digest: str
    has_printers: bool
    phrases: tuple[tuple[str, Forms], ...] = field(repr=False, compare=False)
    lists: tuple[tuple[str, tuple[str, ...]], ...] = field(repr=False, compare=False)

    def phrase(self, key: str, count: object = None) -> str:
        """The words of a key, their placeholders still in them; of several forms that for so many things."""
        forms = self._forms[key]
        case = OTHER if not isinstance(count, int) else _locale(self.language).plural_form(count)
        return forms.get(case, forms[OTHER])

    def __call__(self, key: str, /, **values: object) -> str:
        """The words of a key with these values in their places."""
        return PLACEHOLDER.sub(lambda name: str(values[name[1]]), self.phrase(key, values.get(COUNT)))

    @property
    def said(self) -> tuple[str, ...]:
        """All phrases in all their forms."""
        return tuple(words for _, forms in self.phrases for _, words in forms)

    def list_of(self, key: str) -> tuple[str, ...]:
        """The words of a list."""
        return dict(self.lists)[key]

    def ordinal(self, number: int) -> str:
        """`third`, as far as the language lists such words; else the number itself."""
        listed = self.list_of("address.ordinals")
        return listed[number - 1] if 1 <= number <= len(listed) else str(number)

    def for_printer(self) -> Words:
        """The words that a printer reads: English, where the project has none of its own."""
        return self if self.has_printers else english()

    def day(self, day: date) -> str:
        """`15 July 2026`, as the language writes it."""
        return format_date(day, "long", locale=_locale(self.language))

    def month(self, day: date) -> str:
        """`July 2026`."""
        return format_skeleton("yMMMM", day, locale=_locale(self.language))

    @property
    def months(self) -> tuple[str, ...]:
        """The names of the months, January first, as they stand behind a day."""
        names = get_month_names("wide", "format", _locale(self.language))
        return tuple(names[month] for month in range(1, 13))

    @property
    def days(self) -> tuple[str, ...]:
        """The names of the days of the week, Monday first."""
        names = get_day_names("wide", "format", _locale(self.language))
        return tuple(names[day] for day in range(7))

    @property
    def is_english(self) -> bool:
        """True where rules and lists of English hold."""
        return is_english(self.language)

    @property
    def from_the_right(self) -> bool:
        """True for languages that are read from right to left."""
        return is_from_the_right(self.language)

    @cached_property
    def _forms(self) -> dict[str, dict[str, str]]:
        return {key: dict(forms) for key, forms in self.phrases}


def is_english(language: str) -> bool:
    """True for English of any country."""
    return language.partition("-")[0] == "en"


def is_known(language: str) -> bool:
    """True where plurals and dates of a language are known."""
    return _found_locale(language) is not None


def is_from_the_right(language: str) -> bool:
    """True for a language that is known to be read from right to left."""
    locale = _found_locale(language)
    return locale is not None and locale.text_direction == "rtl"


def words_of(language: str, own: Mapping[str, Any], place: Places) -> tuple[Words, list[Finding]]:
    """The words of a language from what a project says of them, and what is wrong with that, each thing at its line.

    English needs none of its own. Any other language needs all; those for a printer all or none. Where words are
    missing, English stands in, so that other faults are still found.
    """
    found: list[Finding] = []
    if not is_known(language):
        expected = "A language whose dates are known, such as en-NZ, vi or ar."
        return english(), [error("SRC-012", place(()), f"No dates and plurals of '{language}' are known.", expected)]
    phrases, lists = dict(_ENGLISH_PHRASES), dict(_ENGLISH_LISTS)
    said: set[str] = set()
    for table, rows in own.items():
        if table not in _KEYS or not isinstance(rows, dict):
            no_table = error(
                "SRC-012", place((table,)), f"{table} is no table.", f"A line [{table}], and words under it."
            )
            found.append(no_table if table in _KEYS else _unknown((table,), place, _KEYS))
            continue
        for name, value in rows.items():
            key = f"{table}.{name}"
            if name not in _KEYS[table]:
                found.append(_unknown((table, name), place, _KEYS[table]))
            elif faults := list(_faults(key, value, language, place)):
                found += faults
            elif isinstance(value, list):
                lists[key] = tuple(value)
            else:
                phrases[key] = _forms_of(value)
            said.add(key)
    if not is_english(language):
        found += _missing(language, said, place)
    return _words(language, phrases, lists, is_english(language) or _has_printers(said)), found


@cache
def english(language: str = "en-001") -> Words:
    """The words of `en.toml`, in the English of the world if nobody says of which country."""
    return _words(language, _ENGLISH_PHRASES, _ENGLISH_LISTS, True)


def _words(
    language: str, phrases: Mapping[str, Forms], lists: Mapping[str, tuple[str, ...]], has_printers: bool
) -> Words:
    rows = tuple(sorted(phrases.items())), tuple(sorted(lists.items()))
    return Words(language, sha256(repr((language, rows)).encode()).hexdigest(), has_printers, *rows)


def _unknown(key: Key, place: Places, known: Iterable[str]) -> Finding:
    return error("SRC-011", place(key), f"Unknown key '{'.'.join(key)}'.", f"One of: {', '.join(sorted(known))}.")


def _missing(language: str, said: set[str], place: Places) -> Iterator[Finding]:
    """The words that a language lacks: by their tables, or all at once where it has none."""
    if not said:
        number = sum(len(names) for table, names in _KEYS.items() if table != PRINTER)
        found = f"The language '{language}' has none of the {number} words of the house, such as those for Contents."
        yield error("SRC-010", place(()), found, "chapters/words.toml. `booklet add words` writes it, to translate.")
        return
    for table, names in _KEYS.items():
        lacks = [f"{table}.{name}" for name in names if f"{table}.{name}" not in said]
        if lacks and (table != PRINTER or _has_printers(said)):
            found = f"The language '{language}' has no words for {', '.join(lacks)}."
            yield error(
                "SRC-010", place((table,)), found, "Each in chapters/words.toml, as docs/languages.md explains it."
            )


def _has_printers(said: Iterable[str]) -> bool:
    return any(key.startswith(f"{PRINTER}.") for key in said)


def to_translate(language: str) -> str:
    """The words of the house in English as a `words.toml` to fill in: each row behind a `#`, with a form for each case
    of the language's plural where it depends on a number. Raises ValueError for a language without known dates.
    """
    if not is_known(language):
        raise ValueError(f"no dates and plurals of '{language}' are known")
    english_rows = (Path(__file__).parent / "en.toml").read_text("utf-8")
    table, rows = "", []
    for row in english_rows[english_rows.index("\n[") + 1 :].splitlines():
        name = row.partition(" ")[0]
        if row.startswith("["):
            table = row.strip("[]")
        is_word = f"{table}.{name}" in _ENGLISH_PHRASES or f"{table}.{name}" in _ENGLISH_LISTS
        rows.append(f"# {_with_forms(row, table, name, language)}" if is_word else row)
    return "\n".join([_HOW_TO_TRANSLATE, *rows]) + "\n"


def _with_forms(row: str, table: str, name: str, language: str) -> str:
    """A row of `en.toml`, its forms those of another language."""
    forms = dict(_ENGLISH_PHRASES.get(f"{table}.{name}", ()))
    if len(forms) < 2:
        return row
    cases = [tag for tag in _CASES if tag in {*_locale(language).plural_form.tags, OTHER}]
    written = ", ".join(f"{tag} = {_quoted(forms.get(tag, forms[OTHER]))}" for tag in cases)
    return f"{name} = {{ {written} }}"


def _quoted(words: str) -> str:
    """Words as TOML has them between quotes."""
    return json.dumps(words, ensure_ascii=False).replace("\u00a0", "\\u00A0")


def _faults(key: str, value: object, language: str, place: Places) -> Iterator[Finding]:
    """What is wrong with what a project says for a key that there is."""
    at = place(tuple(key.split(".")))
    if key in _ENGLISH_LISTS:
        listed: list[Any] = value if isinstance(value, list) else [None]
        if len(listed) > MOST_WORDS or not all(isinstance(word, str) and 0 < len(word) <= LONGEST for word in listed):
            expected = f'At most {MOST_WORDS} short words in square brackets: ["cm", "kg"].'
            yield error("SRC-012", at, f"{key} is no list of words.", expected)
        return
    english_forms = dict(_ENGLISH_PHRASES[key])
    has_forms = len(english_forms) > 1
    if not isinstance(value, str) and not (has_forms and isinstance(value, dict)):
        wanted = "words, or a form for each case of the plural" if has_forms else "words in quotes"
        yield error("SRC-012", at, f"{key} is not {wanted}.", _example(key))
        return
    forms = dict(_forms_of(value))
    cases = {*_locale(language).plural_form.tags, OTHER} if isinstance(value, dict) else {OTHER}
    if forms.keys() != cases:
        found = f"{key} has forms for {', '.join(sorted(forms))}; the plural of '{language}' has others."
        yield error("SRC-012", at, found, f"One for each of: {', '.join(sorted(cases))}.")
    known = {name for form in english_forms.values() for name in PLACEHOLDER.findall(form)}
    needed = known - {COUNT} if has_forms else known
    for words in forms.values():
        if not isinstance(words, str) or not words.strip(" ") or re.search(r"[{}]", PLACEHOLDER.sub("", words)):
            yield error("SRC-012", at, f"{key} is empty, or holds a bracket that opens no placeholder.", _example(key))
            return
        names = PLACEHOLDER.findall(words)
        if odd := sorted(set(names) - known):
            yield error("SRC-012", at, f"{key} has an unknown placeholder {{{odd[0]}}}.", _example(key))
        elif lost := sorted(needed - set(names)):
            yield error("SRC-012", at, f"{key} has no placeholder {{{lost[0]}}}.", _example(key))


def _example(key: str) -> str:
    """What English says, by which the meaning of placeholders is seen."""
    return f'As English: "{dict(_ENGLISH_PHRASES[key])[OTHER]}".'.replace("\u00a0", " ")


def _forms_of(value: Any) -> Forms:
    return tuple(sorted(value.items())) if isinstance(value, dict) else ((OTHER, value),)


def country_in_english(code: str) -> str:
    """The name of a country by its code (ISO 3166); empty for one that the CLDR does not know."""
    return str(_locale(english().language).territories.get(code, ""))


def time_zones_of(code: str) -> tuple[str, ...]:
    """The clocks of a country, by the names of the IANA."""
    return tuple(sorted(zone for zone, country in get_global("zone_territories").items() if country == code))


@cache
def _found_locale(language: str) -> Locale | None:
    """The CLDR's language and country, or its language alone where it does not know both together (`vi-AU`)."""
    parts = language.split("-")
    for count in range(len(parts), 0, -1):
        try:
            return Locale.parse("_".join(parts[:count]))
        except (UnknownLocaleError, ValueError):
            continue
    return None


def _locale(language: str) -> Locale:
    locale = _found_locale(language)
    assert locale, "words are made only of languages that are known"
    return locale


def _read_english() -> tuple[dict[str, Forms], dict[str, tuple[str, ...]]]:
    tables = tomllib.loads((Path(__file__).parent / "en.toml").read_text("utf-8"))
    rows = {f"{table}.{name}": value for table, values in tables.items() for name, value in values.items()}
    lists = {key: tuple(value) for key, value in rows.items() if isinstance(value, list)}
    return {key: _forms_of(value) for key, value in rows.items() if key not in lists}, lists


_ENGLISH_PHRASES, _ENGLISH_LISTS = _read_english()
_KEYS: dict[str, tuple[str, ...]] = {
    table: tuple(name for key in (*_ENGLISH_PHRASES, *_ENGLISH_LISTS) for own, name in [key.split(".")] if own == table)
    for table in dict.fromkeys(key.partition(".")[0] for key in (*_ENGLISH_PHRASES, *_ENGLISH_LISTS))
}
"""The names of the words by table, in the order of `en.toml`."""
