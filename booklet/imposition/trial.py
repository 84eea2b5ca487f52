"""A test sheet for an office printer: its other side asks which of two things is seen, and names the option to use."""

from __future__ import annotations

from booklet.bindery import Sheet, SheetFile, font_file, lettering, sheet_file
from booklet.imposition.arrangement import SHEETS_MM
from booklet.pdf import PT_PER_MM

TITLE_PT, LINE_PT, OPTION_PT = 26.0, 18.0, 24.0
LEADING = 1.45
EDGE_MM = 20.0
RULER_MM = 100.0
_TITLE = "Test sheet for your printer"
_RULER = "This line is 100 mm long. If yours is shorter, something is scaled: choose actual size."
_ONCE = (
    "1. Print this file on one sheet, on both sides, flipped on the short edge, actual size.",
    "2. Turn the sheet over like a page of a book.",
    "3. Read the words that are the right way up. They name the option for your printer.",
    "Is the other side empty? Then the printer has one side. Make the other test sheets:",
    "booklet test-sheet test.pdf --manual",
)
_BY_HAND = (
    "1. Print the file of fronts, actual size. It gives sheet 1 and sheet 2.",
    "2. Put both sheets back into the printer as they lie, and print the file of backs.",
    "3. Take sheet 1, and turn it over like a page of a book.",
    "4. Read the words that are the right way up. They name the option for your printer.",
    "Are they printed over these words? Turn the pile over when you put it back, and start again.",
)
_SEEN = "Are these words the right way up?"
_USE = "Then add this to the command booklet impose:"
_NOTHING = "(It is what impose does of itself. You can leave it out.)"


def trial_sheets(by_hand: bool, sheet_mm: tuple[float, float] = SHEETS_MM["A4"]) -> tuple[bytes, ...]:
    """The test sheet as a file; with `by_hand` two sheets as files of fronts and of backs, for printers with one side.

    By hand two things are tried at once, as four answers: whether backs stand upside down, and which of the two backs
    comes to lie behind sheet 1.
    """
    if not by_hand:
        back = _answers(sheet_mm, ("--duplex short-edge", _NOTHING), ("--duplex long-edge", ""))
        return (_file([_instructions(sheet_mm, _TITLE, _ONCE), back], sheet_mm, "DuplexFlipShortEdge"),)
    fronts = [_instructions(sheet_mm, f"{_TITLE}: sheet {number}", _BY_HAND) for number in (1, 2)]
    backs = [
        _answers(sheet_mm, *((f"--duplex {duplex}{pile}", "") for duplex in ("manual", "manual-long-edge")))
        for pile in (" --pile face-up", "")
    ]
    return _file(fronts, sheet_mm, "Simplex"), _file(backs, sheet_mm, "Simplex")


def _instructions(sheet_mm: tuple[float, float], title: str, lines: tuple[str, ...]) -> bytes:
    edge = EDGE_MM * PT_PER_MM
    drawn = _block(
        sheet_mm, sheet_mm[1] - EDGE_MM, [(title, TITLE_PT), ("", LINE_PT), *((line, LINE_PT) for line in lines)]
    )
    ruler = b"1 w %.3f %.3f m %.3f %.3f l S\n" % (edge, edge, edge + RULER_MM * PT_PER_MM, edge)
    return drawn + ruler + _block(sheet_mm, EDGE_MM + 12, [(_RULER, LINE_PT)])


def _answers(sheet_mm: tuple[float, float], upright: tuple[str, str], upside_down: tuple[str, str]) -> bytes:
    """Two answers on one side, each in its upper half when it is the right way up."""
    one, other = (
        _block(
            sheet_mm,
            sheet_mm[1] - EDGE_MM,
            [(_SEEN, TITLE_PT), (_USE, LINE_PT), ("", 8.0), (option, OPTION_PT), (more, LINE_PT)],
        )
        for option, more in (upright, upside_down)
    )
    width, height = (side * PT_PER_MM for side in sheet_mm)
    rule = b"0.5 w %.3f %.3f m %.3f %.3f l S\n" % (0.0, height / 2, width, height / 2)
    return b"%s%sq -1 0 0 -1 %.3f %.3f cm\n%sQ\n" % (one, rule, width, height, other)


def _block(sheet_mm: tuple[float, float], top_mm: float, lines: list[tuple[str, float]]) -> bytes:
    """Lines of words with their sizes, the first one's top at a height on the sheet; smaller where the sheet is."""
    letters, share = lettering(), sheet_mm[0] / SHEETS_MM["A4"][0]
    y, drawn = top_mm * PT_PER_MM, b""
    for words, size_pt in lines:
        y -= size_pt * share * LEADING
        drawn += letters.operators(words, (EDGE_MM * PT_PER_MM, y), size_pt * share)
    return drawn


def _file(sides: list[bytes], sheet_mm: tuple[float, float], duplex: str) -> bytes:
    width, height = (side * PT_PER_MM for side in sheet_mm)
    words = "".join(map(chr, range(32, 127)))
    return sheet_file(
        [],
        [Sheet(width, height, side, {}) for side in sides],
        SheetFile(_TITLE, "", duplex, words),
        lambda face, number: font_file(face, number, lettering().program),
    )
