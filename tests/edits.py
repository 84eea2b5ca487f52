"""Thirty edits of the real chapters, and what each changes in print: how tests know what a comparison must find."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import PROJECT

Printed = tuple[str, str, str, str]
"""Part, what became of the block, the words that went, and those that came."""


@dataclass(frozen=True)
class Edit:
    """Words of a file put in place of others, and what that changes in the edition for Victoria."""

    file: str
    old: str
    new: str
    printed: tuple[Printed, ...]


def word(file: str, part: str, old: str, new: str, went: str, came: str) -> Edit:
    """An edit of one paragraph."""
    return Edit(file, old, new, ((part, "changed", went, came),))


GLOSSARY, VIC, STATE = "glossary.yaml", "support/vic.yaml", "editions/vic.toml"
NOTICE = (
    '\n[[notices]]\ntitle = "Floods in the north"\ntext = "Some clinics are closed."\n'
    "from = 2026-11-01\nuntil = 2027-01-31\n"
)
FRIEND = "One friend who doesn't flinch can be group enough.\n"
STORY = "**Would you tell your story?**"
EDITS = (
    word("01-first-days.md", "first-days", "clean the oven", "scrub the oven", "clean", "scrub"),
    word("01-first-days.md", "first-days", "often for many years", "often for many good years", "", "good"),
    word("02-when-to-call.md", "when-to-call", "No nurse minds", "No nurse ever minds", "", "ever"),
    word("02-when-to-call.md", "when-to-call", "put your team's", "save your team's", "put", "save"),
    word("03-understanding.md", "understanding", "a more distant part", "a distant part", "more", ""),
    word("03-understanding.md", "understanding", "Think of thistledown", "Think of clocks", "thistledown.", "clocks."),
    word("04-where-it-can-grow.md", "where-it-can-grow", "any new lump.", "any new lump soon.", "lump.", "lump soon."),
    word("05-tests.md", "tests", "make it too.", "make it as well.", "too.", "as well."),
    word("05-tests.md", "tests", "often with an ultrasound", "mostly with an ultrasound", "often", "mostly"),
    word("06-treatment.md", "treatment", "comes from several", "comes from many", "several", "many"),
    word("06-treatment.md", "treatment", "wedding in March", "wedding in April", "March", "April"),
    word("07-side-effects.md", "side-effects", "get very little.", "get little.", "very", ""),
    word("07-side-effects.md", "side-effects", "be ten minutes", "be twelve minutes", "ten", "twelve"),
    word("08-feelings.md", "feelings", "before lunch", "before breakfast", "lunch.", "breakfast."),
    word("08-feelings.md", "feelings", "trip to the coast", "trip to the sea", "coast,", "sea,"),
    word("09-family.md", "family", "even practise", "even rehearse", "practise.", "rehearse."),
    word("09-family.md", "family", "having toast", "having cake", "toast.", "cake."),
    word("10-work-and-money.md", "work-money", "every receipt", "every bill", "receipt.", "bill."),
    word("08-feelings.md", "feelings", "## People who can help", "## People who help", "can", ""),
    Edit("14-questions.md", "\n[facts:", "\nBring a friend who writes for you.\n\n[facts:",
         (("questions", "added", "", "Bring a friend who writes for you."),)),
    Edit("13-connecting.md", f"{FRIEND}\n{STORY}", STORY,
         (("connecting", "removed", "One friend who doesn’t flinch can be group enough.", ""),)),
    Edit("12-your-situation.md", "## Men\n", "## Men\n\nMen get it too.\n",
         (("your-situation", "added", "", "Men get it too."),)),
    word(VIC, "directory", "781 500\n  hours: Monday", "781 501\n  hours: Monday", "500", "501"),
    word(VIC, "directory", "every day, 7 am to 10 pm", "every day, 8 am to 10 pm", "7", "8"),
    word(VIC, "directory", "a partners' group too.", "a group for partners.", "partners’ too.", "for partners."),
    Edit(VIC, "phone: 1300 737 073", "phone: 1300 737 074",
         (("work-money", "changed", "073", "074"), ("directory", "changed", "073", "074"))),
    word(GLOSSARY, "words", "makes the belly swell.", "makes the tummy swell.", "belly", "tummy"),
    word(GLOSSARY, "words", "small piece of tissue", "tiny piece of tissue", "small", "tiny"),
    word("booklet.toml", "order-line", "in large type on A4", "in larger type on A4", "large", "larger"),
    Edit(STATE, "", NOTICE, (
        ("imprint", "added", "", "Floods in the north"), ("imprint", "added", "", "Some clinics are closed."),
        ("directory", "added", "", "Floods in the north"), ("directory", "added", "", "Some clinics are closed."),
    )),
)  # fmt: skip
"""An edit without old words is written at the end of its file."""


def edited(folder: Path) -> Path:
    """A copy of the real project with all of them."""
    shutil.copytree(PROJECT / "chapters", folder / "chapters")
    for edit in EDITS:
        path = folder / "chapters" / edit.file
        text = path.read_text("utf-8")
        assert edit.old in text, f"{edit.old!r} is not in {edit.file}"
        path.write_text(text.replace(edit.old, edit.new, 1) if edit.old else text + edit.new, "utf-8")
    return folder


def expected() -> list[Printed]:
    """All that they change in print."""
    return sorted(row for edit in EDITS for row in edit.printed)
