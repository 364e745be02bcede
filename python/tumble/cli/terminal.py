"""Output on terminals of any encoding: characters that can't be encoded are replaced by plain letters."""

from __future__ import annotations

import codecs
import io
import os
import re
import sys
import unicodedata

_HANDLER = "tumble.plain"
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
_PLAIN = {"±": "+/-", "×": "x", "–": "-", "−": "-", "…": "...", "⟨": "<", "⟩": ">", "·": "*", "Δ": "delta"}
_PLAIN |= {"σ": "sigma", "τ": "tau", "θ": "theta", "φ": "phi", "ε": "epsilon", "μ": "mu", "\N{NO-BREAK SPACE}": " "}
_HIDDEN = ("Cc", "Cf", "Zl", "Zp")  # control characters, and those without width or that change the direction
_ESCAPED = range(0xDC80, 0xDD00)  # bytes of file names that aren't UTF-8


def open_closed_streams() -> None:
    """Let standard streams that the caller closed (`>&-`) read from and write to nowhere.

    Otherwise Python has none, and the next file that any library opens takes the place of the closed one.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)
            os.dup2(nowhere, number)  # children inherit it
            if nowhere != number:
                os.close(nowhere)
    sys.stdin = sys.stdin or os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)


def fit_output() -> None:
    """Let standard output and standard error write any text in their own encoding."""
    codecs.register_error(_HANDLER, _in_plain_letters)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def printable(text: str) -> str:
    """Return untrusted text, such as the name in a model file, with all invisible characters but line feeds escaped."""
    return "".join(_escaped(c) if c != "\n" and unicodedata.category(c) in _HIDDEN else c for c in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


def _in_plain_letters(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    text = _RAISED.sub(lambda found: "^" + unicodedata.normalize("NFKD", found[0]).replace("−", "-"), text)
    return "".join(map(_plain, text)), error.end


def _plain(character: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    if ord(character) in _ESCAPED:
        return f"\\x{ord(character) - 0xDC00:02x}"
    letters = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return letters or character.encode("ascii", "backslashreplace").decode()
