"""Where the dipoles of a run come from."""

from __future__ import annotations

from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.dipoles.dipole_moments import MolecularSource, PointCharges


def dipole_source(run: OpenedRun) -> MolecularSource:
    """Return the dipoles that the settings of a run ask for: of a model, or of point charges.

    All observables of the run have the same source, so that a model is evaluated once for each frame.

    Raises:
        ModelFileError: If the model can't be had, or has no dipoles.
        TrajectoryError: If charges aren't known.
    """
    source: MolecularSource = run.once("dipoles", lambda: _made(run))
    return source


def _made(run: OpenedRun) -> MolecularSource:
    settings = run.settings
    if settings.dipole_model is None:
        return PointCharges(settings.charges)
    # Imported here, since it brings torch.
    from tumble.observables.dipoles.model_dipoles import dipoles_of_model

    return dipoles_of_model(settings.dipole_model, run.universe)
