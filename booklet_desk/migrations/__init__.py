"""The steps by which the tables came to be as `models.py` has them."""
