"""What the compiled parts were built with.

They call torch's C++ interface, which changes with each release, so they run with that torch only. What the loader says
otherwise, an undefined symbol, is no help.
"""

from __future__ import annotations

import importlib.util


def torch_mismatch() -> str | None:
    """Return why the installed torch doesn't fit the binaries; empty if they were built with it."""
    if importlib.util.find_spec("tumble._build") is None:  # binaries in the source tree come without
        return None
    # Imported here, since it is slow and `tumble --help` doesn't need it.
    from importlib import metadata

    built: str = importlib.import_module("tumble._build").TORCH_VERSION
    installed = metadata.version("torch")
    if built.split("+")[0] == installed.split("+")[0]:
        return None
    return (
        f"tumble was built with torch {built}, got torch {installed}; install it again with this torch: "
        "pip install --no-build-isolation --force-reinstall --no-deps <folder of tumble's sources>"
    )


def require_torch() -> None:
    """Check before the compiled core is loaded.

    Raises:
        ImportError: If another torch is installed than the one that the core was built with.
    """
    problem = torch_mismatch()
    if problem is not None:
        raise ImportError(problem)
