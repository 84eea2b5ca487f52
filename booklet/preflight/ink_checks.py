"""Checks of colour, ink, images and lines for print (ISO 15930-7, PDF/X-4; GWG 2015)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from pikepdf import Array, Dictionary, Name, Stream

from booklet.pdf import (
    ADOBE_PDF,
    DUBLIN_CORE,
    ISOLATED,
    MM_PER_INCH,
    PT_PER_MM,
    WINDOW_MM2,
    XMP_BASIC,
    Item,
    ObjectId,
    Paint,
    Space,
    common,
    is_measurable,
    peak_percent,
    plain,
    size,
)
from booklet.preflight.check import ERROR, WARNING, Check, copier, every, press, printed
from booklet.preflight.dossier import Dossier
from booklet.preflight.records import Defect

INK_DPI = 100
INK_SLACK_PERCENT = 3
"""What drawing in 256 steps may add."""
MAX_RESOURCES = 10_000
MIN_IMAGE_PX = 16
"""Pictures this small are spacers (GWG 2015)."""
ALMOST = 0.005
_THINGS = {"text": "Text", "fill": "A tint", "stroke": "A line", "image": "An image", "shading": "A shading"}
_BLACK = 0.85
_DESCRIBED = (
    ("/Title", DUBLIN_CORE, "title"), ("/CreationDate", XMP_BASIC, "CreateDate"), ("/ModDate", XMP_BASIC, "ModifyDate"),
)  # fmt: skip
"""What the document information says, and where the metadata says it (ISO 15930-7)."""


def _spaces(item: Item) -> Iterator[Space]:
    """The colour spaces that an item is painted in."""
    if item.colour is not None and item.colour.space.family != "Pattern":
        yield item.colour.space
    if item.picture is not None and item.picture.space is not None:
        yield item.picture.space


def _base(space: Space) -> Space:
    """What a palette holds."""
    return space.base if space.family == "Indexed" and space.base else space


def _named(item: Item) -> str:
    if item.picture:
        return f"The image {item.picture.name}"
    return _THINGS.get(item.kind, "Something")


def _in_families(dossier: Dossier, *families: str) -> Iterator[Defect]:
    for item in dossier.items:
        for space in map(_base, _spaces(item)):
            if space.family in families and item.kind != "unseen":
                values = (
                    f" ({', '.join(f'{v:.3g}' for v in item.colour.values)})"
                    if item.colour and not item.picture
                    else ""
                )
                yield dossier.at(f"{_named(item)} is in {space.plain}{values}.", item)


def _rgb(dossier: Dossier) -> Iterator[Defect]:
    return _in_families(dossier, "DeviceRGB")


def _lab(dossier: Dossier) -> Iterator[Defect]:
    return _in_families(dossier, "Lab", "CalRGB", "CalGray", "Unknown")


def _spot(dossier: Dossier) -> Iterator[Defect]:
    """Inks that are not those of the job. Printers' marks may be in all of them, outside of what is left."""
    for item in dossier.items:
        for space in map(_base, _spaces(item)):
            if not space.names_inks or space.is_process or item.kind is Paint.UNSEEN:
                continue
            if not space.is_registration or not _is_slug(dossier, item):
                yield dossier.at(f"{_named(item)} is in {space.plain}.", item)


def _icc(dossier: Dossier) -> Iterator[Defect]:
    return _in_families(dossier, "ICCBased")


def _not_grey(dossier: Dossier) -> Iterator[Defect]:
    for item in dossier.items:
        for space in map(_base, _spaces(item)):
            if space.family != "DeviceGray" and item.kind != "unseen":
                yield dossier.at(f"{_named(item)} is in {space.plain}, not in grey.", item)


def _groups(dossier: Dossier) -> Iterator[Defect]:
    grey = {"DeviceGray"} if copier(dossier.profile) else {"DeviceGray", "DeviceCMYK"}
    for page in dossier.pages:
        spaces = {(space.family, where) for space, where in page.content.groups}
        for space, where in page.content.groups:
            if space.family not in grey:
                yield Defect(f"Transparency is mixed in {space.plain} ({where}).", page.index)
            elif where == ISOLATED and space.family == "DeviceGray" and ("DeviceGray", "page") not in spaces:
                found = "Transparency is mixed in grey on a page that is not: some devices print that in all inks."
                yield Defect(found, page.index)


def _coloured_text(dossier: Dossier) -> Iterator[Defect]:
    """Small text in several inks has coloured fringes as soon as a plate shifts."""
    least = dossier.profile.black_text_pt
    for item in dossier.texts:
        assert item.text
        inks = item.colour.inks if item.colour else None
        if inks is None or not item.text.words.strip() or round(item.text.size_pt, 2) >= least:
            continue
        if sum(ink > ALMOST for ink in inks) > 1:
            shares = ", ".join(f"{100 * ink:.0f}" for ink in inks)
            yield dossier.at(f"Text under {least:g} pt is in more than one ink ({shares}).", item)


def _knocked_out(dossier: Dossier) -> Iterator[Defect]:
    for item in dossier.texts:
        inks = item.colour.inks if item.colour else None
        if inks is None or not item.text or not item.text.words.strip() or _is_slug(dossier, item):
            continue
        only_black = inks[3] >= _BLACK and max(inks[:3]) <= ALMOST
        if only_black and not (
            item.overprint and (_names_black(item) or (item.overprint_mode == 1 and _is_cmyk(item)))
        ):
            yield dossier.at("Black text does not overprint.", item)


def _is_slug(dossier: Dossier, item: Item) -> bool:
    """True for printers' notes, which are cut away."""
    return common(item.box, dossier.pages[item.page_index].geometry.finished) is None


def _is_cmyk(item: Item) -> bool:
    return item.colour is not None and item.colour.space.family == "DeviceCMYK"


def _names_black(item: Item) -> bool:
    """True for an ink called by its name, which overprints in any mode."""
    return item.colour is not None and item.colour.space.is_process


def _white_overprint(dossier: Dossier) -> Iterator[Defect]:
    for item in dossier.items:
        inks = item.colour.inks if item.colour and item.kind in ("text", "fill", "stroke") else None
        if (
            inks is not None
            and item.overprint
            and max(inks) <= ALMOST
            and not (item.text and not item.text.words.strip())
        ):
            yield dossier.at(f"{_named(item)} in white overprints: it will vanish.", item)


def _too_much_ink(dossier: Dossier) -> Iterator[Defect]:
    """The mean over windows of 15 mm², from pictures of the inks."""
    limit = dossier.profile.ink_limit_percent
    pages, inks = dossier.printed_pages
    for page in pages:
        if not page.drawable:
            continue
        if total := inks.total(page.content, page.geometry, INK_DPI, limit + INK_SLACK_PERCENT):
            most, peak = peak_percent(total), max(total.tobytes())
            left, top, _, _ = total.point([255 * (v >= peak) for v in range(256)]).getbbox() or (0, 0, 1, 1)
            scale = (page.geometry.media[2] - page.geometry.media[0]) / total.width
            x, y = page.geometry.media[0] + left * scale, page.geometry.media[3] - top * scale
            side = math.sqrt(WINDOW_MM2) * PT_PER_MM
            found = f"Up to {most:.0f} percent of ink, where {limit:g} are allowed."
            yield Defect(found, page.index, (x - side / 2, y - side / 2, x + side / 2, y + side / 2))


def _unmeasured(dossier: Dossier) -> Iterator[Defect]:
    pages, inks = dossier.printed_pages
    for page in pages:
        kinds = {item.kind for item in page.content.items if item.picture is None or item.picture.space is not None}
        if Paint.SHADING in kinds:
            resources = page.source.get("/Resources")
            for shading, table in _shadings(resources if isinstance(resources, Dictionary) else Dictionary()):
                if not is_measurable(shading, table, inks.spaces):
                    yield Defect("The ink of a shading cannot be measured.", page.index)
        if Paint.IMAGE in kinds and page.drawable:
            unread = inks.unread(page.content)
            for item in page.content.items:
                if item.picture and item.picture.space and item.picture.object_id in unread:
                    yield dossier.at("The ink of an image cannot be measured.", item)
    if inks.spaces.budget.is_spent:
        yield Defect("The colours of the file are made by programs that take too long.")


def _shadings(resources: Any) -> Iterator[tuple[Any, Any]]:
    """The shadings of resources, of patterns and of the forms and patterns in them, each once with its resources."""
    waiting, seen = [resources], set[ObjectId]()
    while waiting:
        table = waiting.pop()
        for kind in ("/Shading", "/Pattern", "/XObject"):
            for thing in _entries(table, kind):
                if thing.objgen in seen and thing.objgen != (0, 0):
                    continue
                seen.add(thing.objgen)
                shading = thing if kind == "/Shading" else thing.get("/Shading")
                if isinstance(shading, Dictionary | Stream):
                    yield shading, table
                inner = thing.get("/Resources")
                if isinstance(inner, Dictionary) and len(seen) < MAX_RESOURCES:
                    waiting.append(inner)


def _entries(resources: Any, kind: str) -> list[Any]:
    table = resources.get(kind)
    return [v for v in table.values() if isinstance(v, Dictionary | Stream)] if isinstance(table, Dictionary) else []


def _images_below(dossier: Dossier, low: float, high: float) -> Iterator[Defect]:
    for item in dossier.items:
        picture = item.picture
        if picture is None or max(picture.width_px, picture.height_px) <= MIN_IMAGE_PX or min(size(item.box)) <= 0:
            continue
        if not low <= picture.ppi < high:
            continue
        target = dossier.profile.images_target_ppi
        width, height = (MM_PER_INCH * side / target for side in (picture.width_px, picture.height_px))
        yield dossier.at(
            f"The image {picture.name} ({picture.width_px} by {picture.height_px} pixels) has {picture.ppi:.0f} pixels "
            f"an inch as placed; at {target:g} it can be printed {width:.0f} by {height:.0f} mm large.",
            item,
        )


def _coarse_images(dossier: Dossier) -> Iterator[Defect]:
    return _images_below(dossier, 0, dossier.profile.images_fail_ppi)


def _weak_images(dossier: Dossier) -> Iterator[Defect]:
    return _images_below(dossier, dossier.profile.images_fail_ppi, dossier.profile.images_warn_ppi)


def _thin_lines(dossier: Dossier) -> Iterator[Defect]:
    least = dossier.profile.line_pt - 0.01
    for item in dossier.items:
        width = item.line_pt
        if item.kind == "fill" and item.plain_rectangle and not (item.colour and item.colour.is_white):
            short, long = sorted(size(item.shape))
            width = short if long > 3 else None
        if width is not None and width < least and item.layer != "mask":
            yield dossier.at(f"A line is {width:.2f} pt thick, less than {dossier.profile.line_pt:g}.", item)


def _transfer(dossier: Dossier) -> Iterator[Defect]:
    for page in dossier.pages:
        for state in page.content.states:
            for key in ("/TR", "/TR2", "/HTP"):
                if key in state and state[key] != Name.Default and state[key] != Name.Identity:
                    yield Defect(
                        f"A graphics state sets {key}, which changes tones behind the printer's back.", page.index
                    )


def _intent(dossier: Dossier) -> Iterator[Defect]:
    intents = [intent for intent in dossier.output_intents if intent.get("/S") == Name.GTS_PDFX]
    if len(intents) != 1:
        yield Defect(f"The file has {len(intents)} output intents for PDF/X, and must have one.")
        return
    identifier = str(intents[0].get("/OutputConditionIdentifier", ""))
    if not identifier or len(identifier) > 40:
        yield Defect("The output intent names no printing condition of the registry, such as FOGRA39.")
    if not str(intents[0].get("/RegistryName", "")):
        yield Defect("The output intent names no registry, such as http://www.color.org.")


def _intent_profile(dossier: Dossier) -> Iterator[Defect]:
    for intent in dossier.output_intents:
        if intent.get("/S") != Name.GTS_PDFX:
            continue
        profile = intent.get("/DestOutputProfile")
        if not isinstance(profile, Stream):
            yield Defect("The output intent has no ICC profile.")
            continue
        header = profile.read_bytes()[:128]
        if len(header) < 128 or header[36:40] != b"acsp":
            yield Defect("The profile of the output intent is no ICC profile.")
        elif header[12:16] != b"prtr" or header[16:20] != b"CMYK" or profile.get("/N") != 4:
            kind, space = header[12:16].decode("latin-1"), header[16:20].decode("latin-1").strip()
            yield Defect(f"The output intent's profile is of class '{kind}' for {space}, not of a printer for CMYK.")


def _identity(dossier: Dossier) -> Iterator[Defect]:
    identifiers = dossier.pdf.trailer.get("/ID")
    if not isinstance(identifiers, Array) or len(identifiers) != 2:
        yield Defect("The trailer has no ID.")
    for key, namespace, name in _DESCRIBED:
        if not str(dossier.info.get(key, "")).strip() and not any(map(plain, dossier.said(namespace, name))):
            yield Defect(f"The file has no {key[1:]}, neither in its information nor in its metadata.")
    trapped = {str(dossier.info.get("/Trapped", ""))[1:], *map(plain, dossier.said(ADOBE_PDF, "Trapped"))}
    if not trapped & {"True", "False"}:
        yield Defect("The file does not say whether it is trapped.")


def _xmp_claim(dossier: Dossier) -> Iterator[Defect]:
    if "GTS_PDFXVersion" not in dossier.xmp or "PDF/X-4" not in dossier.xmp:
        yield Defect("The metadata does not say PDF/X-4.")


ROWS = (
    Check("INK-101", ERROR, "GWG 2015: colour spaces", "CMYK or grey", press, _rgb),
    Check("INK-102", ERROR, "office printing", "Grey alone: office printers mix black from colours", copier, _not_grey),
    Check("INK-103", ERROR, "GWG 2015", "CMYK or grey, given as such", press, _lab),
    Check("INK-104", ERROR, "GWG 2015", "No spot colours in a four-colour job", press, _spot),
    Check("INK-105", ERROR, "GWG 2015", "Colours in CMYK, without profiles of their own", press, _icc),
    Check("INK-106", ERROR, "ISO 15930-7", "Groups that mix in the colours of the job", printed, _groups),
    Check("INK-107", ERROR, "GWG 2015: black text", "Small text in black (0 0 0 1) or white", press, _coloured_text),
    Check("INK-108", ERROR, "GWG 2015: black text", "CMYK text with OP, op true and OPM 1", press, _knocked_out),
    Check("INK-109", ERROR, "GWG 2015", "White that knocks out", press, _white_overprint),
    Check("INK-110", ERROR, "GWG 2015: total ink", "Less ink, as the mean over 15 mm²", press, _too_much_ink),
    Check("INK-121", WARNING, "GWG 2015: total ink", "Images and shadings that can be read", press, _unmeasured),
    Check("INK-111", ERROR, "GWG 2015: resolution", "A larger picture, or a smaller place", every, _coarse_images),
    Check("INK-112", WARNING, "GWG 2015: resolution", "A larger picture, or a smaller place", every, _weak_images),
    Check("INK-113", ERROR, "printers' guides: lines", "Lines that a press can hold", printed, _thin_lines),
    Check("INK-119", ERROR, "ISO 15930-7", "No transfer functions or halftones", press, _transfer),
    Check("INK-115", ERROR, "ISO 15930-7", "One GTS_PDFX intent that names a condition", press, _intent),
    Check("INK-116", ERROR, "ISO 15930-7", "An ICC profile of class prtr for CMYK", press, _intent_profile),
    Check("INK-117", ERROR, "ISO 15930-7", "ID, title, dates and Trapped", press, _identity),
    Check("INK-118", ERROR, "ISO 15930-7", "pdfxid:GTS_PDFXVersion PDF/X-4", press, _xmp_claim),
)  # fmt: skip
