"""Reads an HTML page as a checker would."""

from __future__ import annotations

import base64
import gzip
from html.parser import HTMLParser

_VOID = {"meta", "img"}


class HtmlPage(HTMLParser):
    """Collects what matters, and checks that tags are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[tuple[int, str]] = []
        self.cells: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)
        if tag in {"h1", "h2", "h3"}:
            self.headings.append((int(tag[1]), ""))
        if tag in {"td", "th"}:
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] == "style":
            return
        self.text += data
        if self.open[-1] in {"td", "th"}:
            self.cells[-1] += data
        if self.headings and self.open[-1] == f"h{self.headings[-1][0]}":
            self.headings[-1] = (self.headings[-1][0], self.headings[-1][1] + data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Attributes of all elements of a kind."""
        return [attributes for each, attributes in self.elements if each == tag]

    @property
    def downloads(self) -> dict[str, str]:
        """Content of the files in the page by name."""
        found = {}
        for link in self.all("a"):
            name = link.get("download")
            if name is not None:
                found[name] = data_of(link["href"]).decode()
        return found


def data_of(uri: str | None) -> bytes:
    """Content of a data URI, decompressed."""
    assert uri is not None
    kind, encoded = uri.split(",")
    assert kind.startswith("data:")
    assert kind.endswith(";base64")
    content = base64.b64decode(encoded, validate=True)
    return gzip.decompress(content) if "gzip" in kind else content
