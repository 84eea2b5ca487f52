"""`python build_pdf.py` builds every booklet: the same as `booklet build`, with the same options."""

from booklet.cli import build

if __name__ == "__main__":
    build()
