"""Whether a page is painted in the order in which it is read.

Who follows the structure does not ask. But text that is copied or reflowed, and readers that do not know tags, go by
the content stream.
"""

from __future__ import annotations

from collections.abc import Sequence

from booklet.pdf.items import Content
from booklet.pdf.tree import Address, Tree


def painted_otherwise(contents: Sequence[Content], tree: Tree) -> tuple[int, ...]:
    """The indices of the pages whose marked contents are painted in another order than the structure has them."""
    read: dict[int, list[Address]] = {}
    for address, _ in tree.addresses():
        read.setdefault(address[0], []).append(address)
    return tuple(content.page_index for content in contents if not _agrees(content, read.get(content.page_index, [])))


def _agrees(content: Content, read: list[Address]) -> bool:
    place = {address: number for number, address in enumerate(read)}
    last = -1
    for item in content.items:
        if item.mark.mcid is not None and item.layer == "page":
            number = place.get((content.page_index, item.mark.form, item.mark.mcid), last)
            if number < last:
                return False
            last = number
    return True
