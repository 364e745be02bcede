"""Check that the installed torch is the one with which the compiled parts were built.

They call torch's C++ interface, which changes with each release. With another torch, the loader would only report an
undefined symbol.
"""

from __future__ import annotations

import importlib.util


def torch_mismatch() -> str | None:
    """Return why the installed torch doesn't fit the binaries; None if it does."""
    if importlib.util.find_spec("tumble._build") is None:  # binaries in the source tree lack it
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
    """Check that the installed torch fits; to be called before the compiled core is loaded.

    Raises:
        ImportError: If the core was built with another torch.
    """
    problem = torch_mismatch()
    if problem is not None:
        raise ImportError(problem)
