"""The drawings of the booklet, composed from a few parts in one hand: `make drawings` writes them to chapters/images."""
