"""The source of the dipoles of a run."""

from __future__ import annotations

from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.dipoles.dipole_moments import MolecularSource, PointCharges


def dipole_source(run: OpenedRun) -> MolecularSource:
    """Return the source of dipoles in the settings of a run: a model, or point charges.

    All observables of the run have the same source, so that a model is evaluated once for each frame.

    Raises:
        ModelFileError: If the model can't be read.
        SettingError: If the model has no dipoles, or the charges are wrong.
    """
    source: MolecularSource = run.once("dipoles", lambda: _made(run))
    return source


def _made(run: OpenedRun) -> MolecularSource:
    settings = run.settings
    if settings.dipole_model is None:
        return PointCharges(settings.charges)
    # Imported here, since it imports torch.
    from tumble.observables.dipoles.model_dipoles import dipoles_of_model

    return dipoles_of_model(settings.dipole_model, run.universe)
