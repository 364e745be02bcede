"""Pieces of a self-contained HTML page that reads well on a phone, on a screen and on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

_STYLE = """
:root { color-scheme: light; }
body { background: #fff; color: #1a1a1a; font: 16px/1.5 system-ui, sans-serif;
  margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1 { font-size: 1.6rem; line-height: 1.2; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; break-after: avoid; }
.side-by-side { display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); }
figure { margin: 0; max-width: 30rem; break-inside: avoid; }
figcaption { font-size: .9rem; color: #444; }
img { display: block; width: 100%; height: auto; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid #ddd; padding: .25rem .6rem .25rem 0;
  text-align: left; vertical-align: top; }
dt { font-weight: bold; }
dd { margin: 0 0 .5rem; overflow-wrap: anywhere; }
pre { background: #f6f6f6; font-size: .8rem; overflow-x: auto; padding: .8rem; }
.note { border-left: 4px solid #0072B2; background: #f2f7fb; padding: .6rem .9rem; }
@media print {
  html { font-size: 11px; }
  body { font-size: 1rem; max-width: none; padding: 0; }
  details:not([open]) { display: none; }
  .side-by-side { grid-template-columns: 1fr 1fr; }
}
"""


def page(title: str, parts: Sequence[str]) -> str:
    """The whole page.

    Args:
        title: Plain text.
        parts: HTML of the body after the title.
    """
    head = [
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style>",
    ]
    body = [f"<h1>{escape(title)}</h1>", *parts]
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        *head,
        "</head>",
        "<body>",
        *body,
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def figure(uri: str, alt: str, caption: str) -> str:
    """An image.

    Args:
        uri: Data URI.
        alt: What can be seen, for those who can't; plain text.
        caption: Plain text.
    """
    image = f'<img src="{uri}" alt="{escape(alt)}">'
    return f"<figure>{image}<figcaption>{escape(caption)}</figcaption></figure>"


def side_by_side(parts: Sequence[str]) -> str:
    """Puts pieces of HTML beside each other where there is room, else below each other."""
    return f'<div class="side-by-side">{"".join(parts)}</div>'


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of plain text, which scrolls by itself where it is too wide."""

    def row(cells: Sequence[str], tag: str) -> str:
        return f"<tr>{''.join(f'<{tag}>{escape(text)}</{tag}>' for text in cells)}</tr>"

    body = "".join(row(cells, "td") for cells in rows)
    return f'<div class="scroll"><table><thead>{row(head, "th")}</thead><tbody>{body}</tbody></table></div>'


def definitions(entries: Mapping[str, str]) -> str:
    """A list of names and what they stand for, both plain text; long words are broken."""
    pairs = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in entries.items())
    return f"<dl>{pairs}</dl>"


def folded(title: str, text: str) -> str:
    """Plain text, shown on request."""
    return f"<details><summary>{escape(title)}</summary><pre>{escape(text)}</pre></details>"
