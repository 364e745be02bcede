"""Analysis of trajectories, built on MDAnalysis: observables with error bars, for classical and path-integral runs.

    universe = open_trajectory("simulation.pos_*.xyz", timestep=0.0005)     # all beads of an i-PI run; ps
    result = Rdf(universe, (("O", "O"),)).run(start=100).result             # frozen: values, errors, units, notes
    result["g_OO"].values, result["g_OO"].errors
    result.plot("rdf.png")

Every observable is a `MDAnalysis.analysis.base.AnalysisBase` and takes any `MDAnalysis.Universe` with elements. Whole
folders of runs: `tumble.runs.open_run`, and `analyze` and `compare` of this package.

This package is a façade: the modules of what it exports are in `trajectories`, `statistics`, `runs`, `observables`,
`study` and `figures`. Importing it registers the reader of i-PI's xyz files with MDAnalysis (format `IPIXYZ`). Lengths
are in Å and times in ps, as everywhere in MDAnalysis.
"""

from tumble.errors import ConfigurationError, NotApplicableError, SettingError, TrajectoryError
from tumble.figures.plot import plot_results
from tumble.observables.dipoles.dielectric import Dielectric
from tumble.observables.dipoles.dipole import Dipole
from tumble.observables.dipoles.dipole_correlation import DipoleCorrelation
from tumble.observables.dipoles.dipole_moments import AtomicCharges, GivenDipoles, PointCharges
from tumble.observables.dipoles.dipole_relaxation import DipoleRelaxation
from tumble.observables.dipoles.infrared import Infrared
from tumble.observables.dipoles.system_dipole import TotalDipoles
from tumble.observables.dynamics.msd import MeanSquareDisplacement
from tumble.observables.dynamics.reorientation import Reorientation
from tumble.observables.dynamics.spectrum import VibrationalSpectrum
from tumble.observables.motion.angular_momentum import AngularMomentum
from tumble.observables.motion.conserved import conserved_drift
from tumble.observables.motion.drift import Drift
from tumble.observables.motion.kinetic_temperature import KineticTemperature
from tumble.observables.motion.molecular_rotation import MolecularRotation
from tumble.observables.motion.rotation import BodyRotation, LatticeRotation
from tumble.observables.orientations.orientation import Orientation
from tumble.observables.path_integral.gyration import Gyration
from tumble.observables.path_integral.kinetic import Kinetic, kinetic_from_properties
from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.observables.quantities.result import Result
from tumble.observables.structure.rdf import Rdf
from tumble.observables.symmetry.ordering import Ordering
from tumble.observables.symmetry.symmetry_series import symmetry_from_series
from tumble.runs.ipi.symmetry_log import read_symmetry_log
from tumble.study.analysis_file import Analysis, load_analysis
from tumble.study.analyze import analyze
from tumble.study.compare import Comparison, compare
from tumble.study.verdict import Verdict
from tumble.trajectories.ipi_xyz import IPIXYZReader
from tumble.trajectories.open import notes_of, open_trajectory, time_unit

__all__ = [
    "Analysis",
    "AngularMomentum",
    "AtomicCharges",
    "Axis",
    "BodyRotation",
    "Comparison",
    "ConfigurationError",
    "Dielectric",
    "Dipole",
    "DipoleCorrelation",
    "DipoleRelaxation",
    "Drift",
    "GivenDipoles",
    "Gyration",
    "IPIXYZReader",
    "Infrared",
    "Kinetic",
    "KineticTemperature",
    "LatticeRotation",
    "MeanSquareDisplacement",
    "MolecularRotation",
    "NotApplicableError",
    "Ordering",
    "Orientation",
    "PointCharges",
    "Quantity",
    "Rdf",
    "Reorientation",
    "Result",
    "SettingError",
    "TotalDipoles",
    "TrajectoryError",
    "Verdict",
    "VibrationalSpectrum",
    "analyze",
    "compare",
    "conserved_drift",
    "kinetic_from_properties",
    "load_analysis",
    "notes_of",
    "open_trajectory",
    "plot_results",
    "read_symmetry_log",
    "symmetry_from_series",
    "time_unit",
]
