"""Lets ``python -m booklet`` do what the console script does."""

from booklet.cli import main

if __name__ == "__main__":
    main()
