"""A picture of the invariants of each l of one layer in two dimensions, in which each point is an atom.

They are projected on their two principal components, or by UMAP (L. McInnes, J. Healy, J. Melville, arXiv:1802.03426).
"""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tumble.errors import ConfigurationError
from tumble.figure_style import GRAY, STYLE
from tumble.irreps.figure import write_figure
from tumble.irreps.invariants import Invariants

Float = NDArray[np.float64]

PROJECTIONS = ("pca", "umap")
_MOST = 4000  # points
_KINDS = 10  # colors of a palette
_FEWEST = 4  # points for UMAP


def check_projection(name: str) -> None:
    """Check that a projection is known and installed.

    Raises:
        ConfigurationError: If it isn't.
    """
    if name not in PROJECTIONS:
        raise ConfigurationError(f"`projection`: expected pca or umap, got `{name}`")
    if name == "umap":
        try:
            importlib.import_module("umap")
        except ImportError:
            raise ConfigurationError(
                "`projection`: expected the package umap for `umap`, found none; `pip install umap-learn`, or use `pca`"
            ) from None


def draw(
    found: Invariants, colored: NDArray[np.generic], label: str, path: Path, *, projection: str, title: str, seed: int
) -> None:
    """Write the picture, with a panel for each irrep.

    Args:
        found: The invariants.
        colored: Property of each atom.
        label: Its name.
        path: File to write.
        projection: `pca` or `umap`.
        title: First part of the title.
        seed: Of the choice of atoms, if there are too many, and of UMAP.

    Raises:
        OSError: If the file can't be written.
    """
    chosen = np.arange(len(colored))
    if len(chosen) > _MOST:
        chosen = np.sort(np.random.default_rng(seed).choice(chosen, _MOST, replace=False))
    with rc_context(STYLE):
        figure = Figure(figsize=(4.2 * len(found.values), 4.4), layout="constrained")
        panels = figure.subplots(1, len(found.values), squeeze=False)[0]
        for axes, (irrep, values) in zip(panels, found.values.items(), strict=True):
            points, names = projected(values[chosen], projection, seed)
            _scatter(figure, axes, points, colored[chosen], label, last=axes is panels[-1])
            axes.locator_params(nbins=5)
            axes.set(xlabel=names[0], ylabel=names[1], title=f"{irrep}, {values.shape[1]} channels")
        figure.suptitle(f"{title}, {found.layer}: {len(chosen)} atoms", fontsize=STYLE["font.size"])
        write_figure(figure, path)


def projected(values: Float, projection: str, seed: int) -> tuple[Float, tuple[str, str]]:
    """Return points [atoms, 2] and the labels of the axes.

    Args:
        values: Invariants [atoms, channels].
        projection: `pca` or `umap`.
        seed: Of UMAP.
    """
    if projection == "umap" and len(values) >= _FEWEST:
        umap = importlib.import_module("umap")
        neighbors = min(15, len(values) - 1)
        points = umap.UMAP(n_components=2, n_neighbors=neighbors, random_state=seed, n_jobs=1).fit_transform(values)
        return np.asarray(points, dtype=np.float64), ("UMAP 1", "UMAP 2")
    centered = values - values.mean(axis=0)
    u, s, axes = np.linalg.svd(centered, full_matrices=False)
    points = np.zeros((len(values), 2))
    points[:, : min(2, len(s))] = (u * s * np.where(axes.sum(axis=1) < 0.0, -1.0, 1.0))[:, :2]  # a sign is a choice
    shares = np.zeros(2)
    if s.sum() > 0.0:
        shares[: min(2, len(s))] = (s**2 / np.sum(s**2))[:2]
    return points, (f"component 1 ({100 * shares[0]:.0f} %)", f"component 2 ({100 * shares[1]:.0f} %)")


def _scatter(
    figure: Figure, axes: Axes, points: Float, colored: NDArray[np.generic], label: str, *, last: bool
) -> None:
    if colored.dtype.kind in "Ub":
        kinds, counts = np.unique(colored, return_counts=True)
        for kind in kinds[np.argsort(-counts)][:_KINDS]:
            here = colored == kind
            axes.scatter(points[here, 0], points[here, 1], s=6, linewidths=0, alpha=0.7, label=str(kind))
        if last:
            axes.legend(title=label, markerscale=2)
        return
    numbers = colored.astype(np.float64)
    numbers[~np.isfinite(numbers)] = np.nan
    drawn = axes.scatter(
        points[:, 0],
        points[:, 1],
        c=numbers,
        s=6,
        linewidths=0,
        alpha=0.8,
        cmap=colormaps["viridis"].with_extremes(bad=GRAY),
        plotnonfinite=True,
    )
    if last:
        figure.colorbar(drawn, ax=axes, label=label)
