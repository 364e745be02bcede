"""Models of other packages as model files of Tumble: `tumble convert`.

Each kind of model has a module, which builds a network with Tumble's `forward` from the package's own modules, and
fills the metadata from the source. `pipeline` does what is the same for all kinds: it writes the file, and compares it
with the package's own ASE calculator.

A conversion runs in an environment with the package; the model file needs none of it. The names below load torch when
they are first used (PEP 562), since the command line imports the table of kinds at each start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tumble.lazy_names import lazy_names

if TYPE_CHECKING:
    from tumble.convert.converted import Request
    from tumble.convert.pipeline import Conversion, convert

__all__ = ["Conversion", "Request", "convert"]

_HOME = {
    "Conversion": "tumble.convert.pipeline",
    "Request": "tumble.convert.converted",
    "convert": "tumble.convert.pipeline",
}

__getattr__ = lazy_names(__name__, _HOME)
