"""What the outside judges, veraPDF and Ghostscript, say of finished files."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pikepdf

from booklet.findings import Place
from tests import reading
from tests.conftest import needs


def report_of(verapdf: str, files: list[Path], profile: str) -> Element:
    """veraPDF's report on files by this profile, in one JVM."""
    command = ["java", "-cp", verapdf, "org.verapdf.apps.GreenfieldCliWrapper", "--flavour", profile, "--format", "xml"]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True)
    return fromstring(done.stdout)


def judged(verapdf: str, files: list[Path], profile: str) -> dict[str, bool]:
    """What veraPDF says of each file."""
    return {
        Path(job.findtext("item/name", "")).name: job.find("validationReport").get("isCompliant") == "true"  # type: ignore[union-attr]
        for job in report_of(verapdf, files, profile).iter("job")
    }


def complaints(verapdf: str, file: Path, profile: str, lines: Mapping[tuple[int, int], Place]) -> list[str]:
    """What veraPDF finds wrong, each at the line of the chapter that it came from, or at the file."""
    found = []
    with pikepdf.Pdf.open(file) as pdf:
        pages = {page.obj.objgen: index for index, page in enumerate(pdf.pages)}
        for rule in report_of(verapdf, [file], profile).iter("rule"):
            for check in rule.iter("check"):
                numbers = re.findall(r"\((\d+) 0 obj", check.findtext("context", ""))
                element = pdf.get_object(int(numbers[-1]), 0) if numbers else pikepdf.Dictionary()
                places = (lines.get((pages[page.objgen], number)) for page, number in reading.marked(element))
                place = next(filter(None, places), file.name)
                found.append(f"{place}: {check.findtext('errorMessage', '')}")
    return found


def inks_laid(content: bytes, folder: Path) -> list[tuple[float, ...]]:
    """The share of every page that Ghostscript covers with cyan, magenta, yellow and black, as a copier counts them."""
    needs("gs")
    (folder / "in.pdf").write_bytes(content)
    command = ["gs", "-q", "-dSAFER", "-o", "-", "-sDEVICE=inkcov", str(folder / "in.pdf")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [tuple(map(float, line.split()[:4])) for line in done.stdout.splitlines() if "CMYK" in line]
