"""The page in a browser: Debian's chromium, without a window and without a network."""

from __future__ import annotations

import html as html_text
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
OPTIONS = [
    "--headless",
    "--hide-scrollbars",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--enable-logging=stderr",
    "--v=0",
]
WIDTHS = (320, 1100)  # pixels of CSS: a small phone, a screen

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium isn't installed (Debian: apt-get install chromium)")

# The page itself has no scripts. This one holds it in frames of several widths, and writes what it sees for --dump-dom.
FRAMES = """<!DOCTYPE html><meta charset="utf-8"><title>frames</title>
{frames}
<pre id="found"></pre>
<script>
addEventListener("load", () => {{
  const seen = [...document.querySelectorAll("iframe")].map((frame) => {{
    const page = frame.contentDocument, root = page.documentElement;
    const scrolls = (one) => one.closest(".scroll, pre") !== null;
    return {{
      title: page.title,
      images: [...page.images].map((image) => image.complete ? image.naturalWidth : 0),
      width: root.clientWidth,
      needed: root.scrollWidth,
      outside: [...page.body.querySelectorAll("*")].filter((one) => !scrolls(one))
        .filter((one) => one.getBoundingClientRect().right > root.clientWidth + 0.5).map((one) => one.outerHTML),
      background: frame.contentWindow.getComputedStyle(page.body).backgroundColor,
    }};
  }});
  document.getElementById("found").textContent = JSON.stringify(seen);
}});
</script>
"""


@dataclass(frozen=True)
class Seen:
    """What a browser saw: of each frame, and messages in its console."""

    frames: list[dict[str, Any]]
    console: list[str]


def look_at(page: str, folder: Path) -> Seen:
    frames = "\n".join(
        f'<iframe width="{width}" height="800" style="border: 0" srcdoc="{html_text.escape(page)}"></iframe>'
        for width in WIDTHS
    )
    (folder / "frames.html").write_text(FRAMES.format(frames=frames), encoding="utf-8")
    assert CHROMIUM is not None
    command = [CHROMIUM, *OPTIONS, f"--user-data-dir={folder / 'profile'}", "--dump-dom", f"{folder}/frames.html"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=240, check=False)
    found = re.search(r'<pre id="found">(.+?)</pre>', done.stdout, re.DOTALL)
    assert found is not None, done.stderr
    console = [line for line in done.stderr.splitlines() if re.search(r":CONSOLE[:(]", line)]
    return Seen(json.loads(html_text.unescape(found[1])), console)


def test_the_page_is_whole_and_fits(html: str, tmp_path: Path) -> None:
    seen = look_at(html, tmp_path)
    assert seen.console == []
    assert [frame["width"] for frame in seen.frames] == list(WIDTHS)
    for frame in seen.frames:
        assert frame["title"] == "Does the broken symmetry show?"
        assert len(frame["images"]) == 6
        assert min(frame["images"]) > 100
        assert frame["outside"] == []
        assert frame["needed"] <= frame["width"]
        assert frame["background"] == "rgb(255, 255, 255)"


def test_faults_would_be_seen(tmp_path: Path) -> None:
    page = """<!DOCTYPE html><title>faulty</title><body style="background: black">
        <img src="data:image/png;base64,AAAA"><div style="width: 2000px">wide</div>
        <script>console.error("something is wrong")</script>"""
    seen = look_at(page, tmp_path)
    assert len(seen.console) == len(WIDTHS)
    assert "something is wrong" in seen.console[0]
    for frame in seen.frames:
        assert frame["images"] == [0]
        assert frame["needed"] > frame["width"]
        assert "wide" in frame["outside"][0]
        assert frame["background"] == "rgb(0, 0, 0)"
