"""The blocks of a chapter: their names, what each needs, and what is wrong with a call.

A block is a Markdown container, `::: name options`. This module holds the list and the rules; how a block is printed is
decided in `pages`, which knows the edition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from booklet.findings import Finding, Place, error

_OPTION = re.compile(r'\s*(?:(?P<key>[a-z]+)=)?(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]+))')


@dataclass(frozen=True)
class BlockCall:
    """One use of a block: its name, options (the title in quotes under `title`) and place."""

    name: str
    options: dict[str, str]
    place: Place
    empty: bool
    repeated: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """What a block needs and may have; `bare` is the option that needs no key, `filled` whether text belongs in it."""

    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    bare: str = "title"
    filled: bool = True

    def faults(self, call: BlockCall) -> list[Finding]:
        """What is wrong with this use of the block."""
        known = {*self.needs, *self.may, self.bare}
        found = [
            error("SRC-033", call.place, f"'{call.name}' knows no option '{key}'.", f"One of: {', '.join(known)}.")
            for key in call.options
            if key not in known
        ]
        for key in call.repeated:
            what = f"'{call.name}' is given its {key} twice, or without quotes."
            found.append(error("SRC-033", call.place, what, 'Straight quotes around words: "Like this".'))
        for key in self.needs:
            if not call.options.get(key, "").strip():
                code = "ACC-001" if key == "alt" else "SRC-033"
                found.append(error(code, call.place, f"'{call.name}' has no {key}.", f'{key}="...".'))
        if call.name == "voice" and not {"source", "consent"} & set(call.options):
            found.append(
                error("SRC-034", call.place, "A voice without consent or source.", "source=... or consent=...")
            )
        if "src" in call.options and "alt" in self.may and not call.options.get("alt", "").strip():
            found.append(error("ACC-001", call.place, f"'{call.name}' has a drawing and no alt.", 'alt="...".'))
        if self.filled and call.empty:
            found.append(error("SRC-033", call.place, f"'{call.name}' is empty.", "Text before its closing ':::'."))
        if not self.filled and not call.empty:
            found.append(error("SRC-033", call.place, f"'{call.name}' fills itself.", "No text in the block."))
        for key in ("lines", "most"):
            if key in call.options and not re.fullmatch(r"[1-9]\d?", call.options[key]):
                found.append(error("SRC-033", call.place, f"{key}={call.options[key]}.", "A number from 1 to 99."))
        return found


BLOCKS: dict[str, Block] = {
    "key-points": Block(),
    "voice": Block(may=("source", "consent")),
    "ask-your-team": Block(),
    "call-now": Block(may=("first",)),
    "in-your-state": Block(needs=("kind",), may=("audience",)),
    "good-to-know": Block(),
    "definition": Block(needs=("word",), bare="word", filled=False),
    "figure": Block(needs=("src", "alt"), bare="src"),
    "table": Block(needs=("title",)),
    "write-in": Block(needs=("lines", "title"), filled=False),
    "see-also": Block(),
    "urgent-signs": Block(needs=("ring",), may=("for", "src", "alt"), filled=False),
    "urgent-short": Block(needs=("ring",), filled=False),
    "glossary": Block(filled=False),
    "contents": Block(filled=False),
    "index": Block(filled=False),
    "sources": Block(filled=False),
    "page-finder": Block(filled=False),
    "ruler": Block(filled=False),
    "notices": Block(filled=False),
    "urgent-numbers": Block(may=("most",), filled=False),
    "directory": Block(filled=False),
    "order-details": Block(filled=False),
    "order-summary": Block(filled=False),
    "review-status": Block(filled=False),
    "print-plan": Block(filled=False),
    "other-side": Block(filled=False),
}


def parse_call(info: str, place: Place, empty: bool) -> BlockCall:
    """Read what stands behind the colons: `figure images/team.svg alt="The team"`."""
    name, _, rest = info.strip().partition(" ")
    bare = BLOCKS[name].bare if name in BLOCKS else "title"
    options: dict[str, str] = {}
    repeated: list[str] = []
    for match in _OPTION.finditer(rest):
        key = match["key"] or bare
        repeated += [key] if key in options else []
        options[key] = match["quoted"] if match["quoted"] is not None else match["plain"]
    return BlockCall(name, options, place, empty, tuple(dict.fromkeys(repeated)))
