"""Pictures in PNG and JPEG as cameras and people make them, and as a page prints them.

A page takes no more pixels than a press shows, upright, in sRGB or grey with eight bits a channel, and nothing of what
a camera writes beside them: where it was and when is nobody's business. What cannot be turned into that is told.
"""

from __future__ import annotations

import io
import math
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image, ImageChops, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from booklet.bounds import MAX_PICTURE_PIXELS

PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
"""How the pictures begin that are printed."""
JPEG_QUALITY = 90
PHOTOGRAPH_COLOURS = 4096
"""A picture of more colours than this is no drawing: it is kept as JPEG."""
PLAIN_MODES = frozenset(("1", "L", "LA", "P", "RGB", "RGBA", "CMYK"))
"""Kinds of pixels that print as they are (Pillow's names)."""
PRINTED_MODES = PLAIN_MODES | {"PA", "I", "I;16", "I;16B"}
"""Kinds of pixels that become print."""
FOREIGN = (
    (b"ftyphe", 4, "a HEIC photograph, as telephones keep them"),
    (b"ftypmif1", 4, "a HEIC photograph, as telephones keep them"),
    (b"ftypavif", 4, "an AVIF picture"),
    (b"WEBP", 8, "a WebP picture"),
    (b"II*\0", 0, "a TIFF picture or a camera's raw data"),
    (b"MM\0*", 0, "a TIFF picture or a camera's raw data"),
    (b"GIF8", 0, "a GIF picture"),
    (b"BM", 0, "a bitmap"),
    (b"%PDF", 0, "a PDF"),
)
"""What other pictures begin with, and at which byte."""
_SIXTEEN = 257
"""What 16 bits are divided by to become eight: 65535 is 255 times as much."""
_NOT_PRINTED = {"exif", "icc_profile", "photoshop", "xmp", "mp", "comment", "Exif", "XML:com.adobe.xmp"}
_Size = tuple[int, int]


def foreign_kind(content: bytes) -> str:
    """What a picture is that is neither PNG nor JPEG, in words; empty where nobody knows."""
    return next((words for sign, start, words in FOREIGN if content.startswith(sign, start)), "")


def picture_fault(content: bytes, modes: frozenset[str] = PRINTED_MODES) -> str:
    """Why a picture in PNG or JPEG cannot be printed whole, in words behind its name; empty when it can."""
    try:
        with _opened(content) as picture:
            if math.prod(picture.size) > MAX_PICTURE_PIXELS:
                return f"has more than {MAX_PICTURE_PIXELS // 1_000_000} million pixels."
            if picture.mode not in modes:
                return f"has pixels of another kind than print takes ({picture.mode})."
            picture.draft(None, (picture.width // 8, picture.height // 8))  # a JPEG is read to its end all the same
            picture.load()
        with _opened(content) as picture:
            picture.verify()  # what stands behind the pixels of a PNG, too: whoever writes the picture reads it
    except UnidentifiedImageError:
        return "is damaged."
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError) as reason:
        return f"is cut off or damaged ({reason})."
    return ""


def printable(content: bytes, most_px: _Size, fills: bool = False, cmyk_profile: bytes | None = None) -> bytes:
    """A whole picture in PNG or JPEG as a page prints it, no wider and no higher than so many pixels; the very bytes
    where they are that already.

    With `fills`, it is cut in the middle to the proportions of `most_px`, as what covers a page is. Ink without a
    profile of its own is taken for that of `cmyk_profile`.
    """
    with _opened(content) as picture:
        size = picture.size[::-1] if _is_turned(picture) else picture.size
        wanted = _filling(size, most_px) if fills else _fitting(size, most_px)
        fits = wanted == size and (not fills or _has_shape_of(size, most_px))
        plain = picture.mode in PLAIN_MODES - {"CMYK"} and not _NOT_PRINTED & picture.info.keys()
        if fits and plain and picture.format in ("PNG", "JPEG"):
            return content
        is_jpeg = picture.format in ("JPEG", "MPO")
        if is_jpeg and wanted != size:
            picture.draft(None, wanted[::-1] if _is_turned(picture) else wanted)
        picture.load()
        made = _eight_bits(ImageOps.exif_transpose(picture))
        made = _in_srgb(made, picture.info.get("icc_profile"), cmyk_profile)
        if fills:
            made = ImageOps.fit(made, _inner(wanted, most_px), Image.Resampling.LANCZOS)
        elif made.size != wanted:
            made = made.resize(wanted, Image.Resampling.LANCZOS, reducing_gap=3.0)
        return encoded(made, is_jpeg or (made.size != size and _is_photograph(made)))


def encoded(picture: Image.Image, as_jpeg: bool, quality: int = JPEG_QUALITY) -> bytes:
    """The bytes of a picture without anything beside its pixels. Ink in a JPEG is written as a PDF takes its numbers
    (ISO 32000-1, 7.4.8): Pillow turns it over, as Photoshop does.
    """
    bare = ImageChops.invert(picture) if as_jpeg and picture.mode == "CMYK" else picture.copy()
    bare.info = {}
    with io.BytesIO() as file:
        if as_jpeg and bare.mode in ("L", "RGB", "CMYK"):
            bare.save(file, "JPEG", quality=quality, subsampling=0 if quality >= JPEG_QUALITY else 2, optimize=True)
        else:
            bare.save(file, "PNG", optimize=False)
        return file.getvalue()


@contextmanager
def _opened(content: bytes) -> Iterator[Image.Image]:
    """The picture, to be read whole: Pillow reads none that is cut off, as the typesetting engine has it do for the
    whole process. Its size is judged by whoever opens it.
    """
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
        with picture:
            yield picture
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _is_turned(picture: Image.Image) -> bool:
    """True for one that the camera held on its side (EXIF 2.3, orientation 5 to 8)."""
    return int(picture.getexif().get(0x0112, 1)) >= 5


def _fitting(size: _Size, most: _Size) -> _Size:
    share = min(1.0, most[0] / size[0], most[1] / size[1])
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))


def _filling(size: _Size, most: _Size) -> _Size:
    """The size at which a picture covers such a frame, and no larger than it is."""
    share = min(1.0, max(most[0] / size[0], most[1] / size[1]))
    return max(1, math.ceil(size[0] * share)), max(1, math.ceil(size[1] * share))


def _inner(size: _Size, frame: _Size) -> _Size:
    """The largest part of a picture that has the shape of a frame."""
    share = min(1.0, size[0] / frame[0], size[1] / frame[1])
    return max(1, round(frame[0] * share)), max(1, round(frame[1] * share))


def _has_shape_of(size: _Size, frame: _Size) -> bool:
    return abs(size[0] * frame[1] - size[1] * frame[0]) <= max(frame)


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Grey of 16 bits in eight, and every palette in its colours; transparency is kept where there is any."""
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda value: value / _SIXTEEN).convert("L")
    if picture.mode in ("P", "PA", "1") or "transparency" in picture.info:
        clear = picture.mode == "PA" or "transparency" in picture.info
        return picture.convert("RGBA" if clear else "L" if picture.mode == "1" else "RGB")
    return picture


def _in_srgb(picture: Image.Image, profile: bytes | None, cmyk_profile: bytes | None) -> Image.Image:
    """The colours as its profile means them, in sRGB; a profile that nobody can read is none. Grey stays grey."""
    given = profile or (cmyk_profile if picture.mode == "CMYK" else None)
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    colours = picture.convert("RGB") if alpha else picture
    if given and colours.mode in ("RGB", "CMYK"):
        colours = _converted(colours, given)
    if colours.mode == "CMYK":
        colours = colours.convert("RGB")
    if alpha:
        colours.putalpha(alpha)
    return colours


def _converted(picture: Image.Image, profile: bytes) -> Image.Image:
    try:
        source, target = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        flags = ImageCms.Flags.BLACKPOINTCOMPENSATION
        made: Any = ImageCms.profileToProfile(picture, source, target, intent, "RGB", flags=flags)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return made if isinstance(made, Image.Image) else picture


def _is_photograph(picture: Image.Image) -> bool:
    return picture.mode in ("L", "RGB") and picture.getcolors(PHOTOGRAPH_COLOURS) is None
