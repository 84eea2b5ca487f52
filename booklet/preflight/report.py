"""Reports: as data for machines, and as one HTML file with pictures of the pages on which something is wrong."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from pikepdf import Pdf, PikepdfError
from PIL import Image, ImageDraw
from pypdfium2 import PdfiumError

from booklet.findings import Severity, counted
from booklet.pdf import Camera, Geometry, geometry_of, pixels
from booklet.preflight.records import Complaint, Report

MAX_PICTURES = 40
UNREAD = ("SYS-104", "SYS-105")
"""Pages with these findings are not drawn: a renderer might never finish."""
PICTURE_DPI = 60
MARK = (180, 0, 0)


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain data for JSON. Boxes are left, top, width, height in mm from the trim's top left corner."""
    return {
        "file": report.file,
        "profile": report.profile,
        "pages": report.pages,
        "errors": sum(each.severity is Severity.ERROR for each in report.complaints),
        "warnings": sum(each.severity is Severity.WARNING for each in report.complaints),
        "findings": [_complaint(each) for each in report.complaints],
        "waived": [
            {**_complaint(each), "reason": each.waived.reason, "waiver": str(each.waived.origin)}
            for each in report.waived
            if each.waived
        ],
    }


def _complaint(complaint: Complaint) -> dict[str, Any]:
    return {
        "code": complaint.code,
        "severity": complaint.severity.value,
        "clause": complaint.clause,
        "found": complaint.found,
        "expected": complaint.hint,
        "pages": list(complaint.pages),
        "places": [
            {
                "page": spot.page_index + 1,
                "mm": [round(side, 1) for side in spot.place_mm] if spot.place_mm else None,
                "source": str(spot.source) if spot.source else None,
            }
            for spot in complaint.spots
        ],
    }


def page_pictures(content: bytes, report: Report) -> dict[int, bytes]:
    """PNG pictures of the first pages that a report names, each place framed and numbered as its finding is."""
    unread = {spot.page_index for each in report.complaints if each.code in UNREAD for spot in each.spots}
    named = {spot.page_index for each in report.complaints for spot in each.spots}
    wanted = sorted(named - unread)[:MAX_PICTURES]
    pictures: dict[int, bytes] = {}
    try:
        with Pdf.open(io.BytesIO(content)) as pdf:
            camera = Camera(content)
            for index in wanted:
                geometry, _ = geometry_of(pdf.pages[index].obj)
                image = camera.picture(index, geometry, PICTURE_DPI)
                _frame(image, geometry, report, index)
                target = io.BytesIO()
                image.quantize(64).save(target, "PNG", optimize=True)
                pictures[index] = target.getvalue()
            camera.close()
    except (PikepdfError, PdfiumError, ValueError, OSError):
        return pictures
    return pictures


def _frame(image: Image.Image, geometry: Geometry, report: Report, index: int) -> None:
    pen = ImageDraw.Draw(image)
    for number, complaint in enumerate(report.complaints, 1):
        for spot in complaint.spots:
            if spot.page_index == index and spot.box:
                left, top, right, bottom = pixels(spot.box, geometry, image)
                pen.rectangle((left - 2, top - 2, right + 1, bottom + 1), outline=MARK, width=2)
                pen.text((left, max(0, top - 13)), str(number), fill=MARK)


def as_html(reports: Iterable[tuple[Report, Mapping[int, bytes]]]) -> str:
    """One HTML document, complete in itself: the findings of each file, then its pages with the places framed."""
    return _PAGE.format(body="\n".join(_section(report, pictures) for report, pictures in reports))


def _section(report: Report, pictures: Mapping[int, bytes]) -> str:
    rows = "\n".join(_row(number, each) for number, each in enumerate(report.complaints, 1))
    table = (
        "<table><caption>Findings</caption><thead><tr><th scope=col>No.<th scope=col>Code<th scope=col>Severity"
        f"<th scope=col>Found<th scope=col>Expected</tr></thead>\n<tbody>{rows}</tbody></table>"
        if rows
        else "<p>Nothing is wrong that these checks can see.</p>"
    )
    waived = "".join(
        f"<li>{escape(each.code)}: {escape(each.found)} Reason: {escape(each.waived.reason)}</li>"
        for each in report.waived
        if each.waived
    )
    shown = "\n".join(_picture(report, index, picture) for index, picture in pictures.items())
    return (
        f"<section><h2>{escape(report.file)}</h2>\n"
        f"<p>{counted(report.pages, 'page')}, profile {report.profile}.</p>\n{table}"
        + (f"<h3>Waived</h3><ul>{waived}</ul>" if waived else "")
        + (f"<h3>Pages</h3>\n{shown}" if shown else "")
        + "</section>"
    )


def _row(number: int, each: Complaint) -> str:
    sources = ", ".join(dict.fromkeys(str(spot.source) for spot in each.spots if spot.source))
    found = each.where() + each.found + (f" From {sources}." if sources else "")
    cells = (each.code, each.severity.value, found, f"{each.hint} ({each.clause})")
    return f"<tr><th scope=row>{number}" + "".join(f"<td>{escape(cell)}" for cell in cells) + "</tr>"


def _picture(report: Report, index: int, picture: bytes) -> str:
    here = [
        (number, each)
        for number, each in enumerate(report.complaints, 1)
        if any(spot.page_index == index for spot in each.spots)
    ]
    words = "; ".join(f"{number} {each.found}" for number, each in here)
    data = base64.b64encode(picture).decode()
    alternative = f"Page {index + 1} with {counted(len(here), 'finding')} framed"
    return (
        f'<figure><img src="data:image/png;base64,{data}" alt="{alternative}">'
        f"<figcaption>Page {index + 1}: {escape(words)}</figcaption></figure>"
    )


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Preflight</title>
<style>
body {{ font: 1.1rem/1.5 sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a }}
table {{ border-collapse: collapse; width: 100% }}
caption {{ text-align: left; font-weight: bold; padding: .5rem 0 }}
td:nth-child(2) {{ white-space: nowrap }}
th, td {{ text-align: left; vertical-align: top; border-bottom: 1px solid #767676; padding: .4rem .6rem }}
figure {{ display: inline-block; vertical-align: top; margin: 1rem; max-width: 22rem }}
img {{ max-width: 100%; border: 1px solid #767676 }}
</style></head>
<body><main><h1>Preflight</h1>
{body}
</main></body></html>
"""
