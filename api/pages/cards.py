"""Tables that stack as cards on a narrow screen: each cell is told the heading of its column.

The style sheet sets `data-label` before a cell's own words where there is no room for columns. The label is read from
the table's head as it was rendered, so that no template says a heading twice and none can forget it.
"""

from __future__ import annotations

import re

from markupsafe import Markup

_TAG = re.compile(r"<(/?)(table|thead|tr|th|td)\b([^>]*)>")
_INNER = re.compile(r"<[^>]*>")
_SPAN = re.compile(r'\bcolspan="(\d+)"')


def label_cells(html: str) -> Markup:
    """Return a page's part with a `data-label` in every cell of a table that has a head; the rest as it was."""
    written: list[str] = []
    heads: list[str] = []
    is_head, column, end = False, 0, 0
    for tag in _TAG.finditer(html):
        is_end, name, attributes = bool(tag[1]), tag[2], tag[3]
        if name == "table":
            heads = []
        elif name == "thead":
            is_head = not is_end
        elif name == "tr" and not is_end:
            column, heads = 0, [] if is_head else heads
        elif not is_end:
            if is_head:
                heads += [_words(html, tag.end())] * _width(attributes)
            elif column < len(heads) and heads[column] and "data-label=" not in attributes:
                written += [html[end : tag.start()], f'<{name} data-label="{heads[column]}"{attributes}>']
                end = tag.end()
            column += _width(attributes)
    return Markup("".join([*written, html[end:]]))  # noqa: S704 - it was rendered, and what is added came from it


def _width(attributes: str) -> int:
    found = _SPAN.search(attributes)
    return int(found[1]) if found else 1


def _words(html: str, start: int) -> str:
    """Return the words of the heading that begins here, as safe in an attribute as they were between tags."""
    inside = html[start : html.find("</th>", start)]
    return " ".join(_INNER.sub(" ", inside).split()).replace('"', "&#34;")
