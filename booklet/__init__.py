"""A publishing house in a box: chapters and support services in, accessible booklets out.

The rooms, in the order in which a booklet walks through them, are described in docs/architecture.md.
"""

__version__ = "0.1.0"
