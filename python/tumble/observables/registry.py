"""All observables."""

from __future__ import annotations

from tumble.observables.base.kind import Kind
from tumble.observables.dipoles.dielectric import Dielectric
from tumble.observables.dipoles.dipole import Dipole
from tumble.observables.dipoles.dipole_correlation import DipoleCorrelation
from tumble.observables.dipoles.dipole_relaxation import DipoleRelaxation
from tumble.observables.dipoles.infrared import Infrared
from tumble.observables.dynamics.msd import MeanSquareDisplacement
from tumble.observables.dynamics.power_spectrum import PowerSpectrum
from tumble.observables.dynamics.reorientation import Reorientation
from tumble.observables.dynamics.spectrum import VibrationalSpectrum
from tumble.observables.motion.angular_momentum import AngularMomentum
from tumble.observables.motion.conserved import Conserved
from tumble.observables.motion.drift import Drift
from tumble.observables.motion.kinetic_temperature import KineticTemperature
from tumble.observables.motion.molecular_rotation import MolecularRotation
from tumble.observables.motion.rotation import BodyRotation, LatticeRotation
from tumble.observables.orientations.orientation import Orientation
from tumble.observables.path_integral.gyration import Gyration
from tumble.observables.path_integral.kinetic import Kinetic
from tumble.observables.structure.rdf import Rdf
from tumble.observables.symmetry.ordering import Ordering
from tumble.observables.symmetry.symmetry_series import Symmetry

_OF_RUNS: tuple[type[Kind], ...] = (
    Symmetry,
    Orientation,
    Rdf,
    Dipole,
    Dielectric,
    DipoleCorrelation,
    DipoleRelaxation,
    Infrared,
    VibrationalSpectrum,
    MeanSquareDisplacement,
    Reorientation,
    Gyration,
    Kinetic,
    Drift,
)
# Parts of the observables above, and observables with a command of their own: a report may show their results.
_OTHERS: tuple[type[Kind], ...] = (
    AngularMomentum,
    BodyRotation,
    Conserved,
    KineticTemperature,
    LatticeRotation,
    MolecularRotation,
    Ordering,
    PowerSpectrum,
)

#: The observables of `tumble analyze`, by their names on the command line, in the order of reports.
OBSERVABLES: dict[str, type[Kind]] = {kind.observable: kind for kind in _OF_RUNS}
_KINDS = {kind.observable: kind for kind in (*_OF_RUNS, *_OTHERS)}


def kind_of(observable: str) -> type[Kind] | None:
    """Return the class of the observable with this name; None if there is none, as for a user's own result."""
    return _KINDS.get(observable)
