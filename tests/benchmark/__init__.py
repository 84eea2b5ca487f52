"""Compares, in one run, what this project does with what others do of the same text: `python -m tests.benchmark`."""
