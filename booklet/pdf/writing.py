"""Writing PDF: what a file says of itself, and its bytes, the same for the same content.

Document information and XMP say the same, from one record (ISO 14289-1, 7.1; ISO 16684-1).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Pdf, String

PRODUCER = "WeasyPrint, pikepdf"
METADATA_STREAM = b"<</Type/Metadata/Subtype/XML>>"
"""The dictionary of the stream that holds XMP."""


@dataclass(frozen=True)
class Description:
    """What a file says of itself; None is not said. `day` is YYYY-MM-DD; dates are that day's first second, UTC.

    `claims` are XMP properties of the namespaces named (prefix and address), `more_xmp` whole further descriptions.
    """

    title: str
    author: str
    day: str
    subject: str | None = None
    coverage: str | None = None
    language: str | None = None
    keywords: str | None = None
    trapped: bool | None = None
    namespaces: tuple[tuple[str, str], ...] = ()
    claims: tuple[tuple[str, str], ...] = ()
    more_xmp: str = ""


def document_information(facts: Description) -> bytes:
    """The document information dictionary (ISO 32000-1, 14.3.3), serialised."""
    day = f"D:{facts.day.replace('-', '')}000000Z"
    rows = {
        "Title": facts.title,
        "Subject": facts.subject,
        "Author": facts.author,
        "Keywords": facts.keywords,
        "Creator": "booklet",
        "Producer": PRODUCER,
        "CreationDate": day,
        "ModDate": day,
    }
    words = b"".join(b"/%s%s" % (key.encode(), text_string(value)) for key, value in rows.items() if value is not None)
    trapped = b"" if facts.trapped is None else b"/Trapped/%s" % str(facts.trapped).encode()
    return b"<<%s%s>>" % (words, trapped)


def text_string(words: str) -> bytes:
    """A text string, serialised (7.9.2.2)."""
    written: bytes = String(words).unparse()
    return written


def saved(
    pdf: Pdf,
    version: str = "",
    objects: pikepdf.ObjectStreamMode = pikepdf.ObjectStreamMode.generate,
    decode: pikepdf.StreamDecodeLevel | None = None,
    compress: bool = True,
) -> bytes:
    """The bytes of a file: the same for the same content, its id made from it. Raises pikepdf.PdfError."""
    target = io.BytesIO()
    pdf.save(
        target,
        force_version=version,
        object_stream_mode=objects,
        stream_decode_level=decode,
        compress_streams=compress,
        deterministic_id=True,
    )
    return target.getvalue()


def xmp(facts: Description) -> bytes:
    """The metadata stream of the same facts."""
    day = f"{facts.day}T00:00:00Z"
    rows = (
        ("dc:title", facts.title, '<rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt>'),
        ("dc:description", facts.subject, '<rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt>'),
        ("dc:creator", facts.author, "<rdf:Seq><rdf:li>{}</rdf:li></rdf:Seq>"),
        ("dc:coverage", facts.coverage, "{}"),
        ("dc:language", facts.language, "<rdf:Bag><rdf:li>{}</rdf:li></rdf:Bag>"),
        ("xmp:CreateDate", day, "{}"),
        ("xmp:ModifyDate", day, "{}"),
        ("xmp:CreatorTool", "booklet", "{}"),
        ("pdf:Keywords", facts.keywords, "{}"),
        ("pdf:Producer", PRODUCER, "{}"),
        ("pdf:Trapped", None if facts.trapped is None else str(facts.trapped), "{}"),
        *((name, value, "{}") for name, value in facts.claims),
    )
    properties = "".join(
        f"<{name}>{form.format(escape(value))}</{name}>\n" for name, value, form in rows if value is not None
    )
    spaces = "".join(f' xmlns:{prefix}="{address}"' for prefix, address in facts.namespaces)
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/"{spaces}>
{properties}</rdf:Description>
{facts.more_xmp}</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>""".encode()
