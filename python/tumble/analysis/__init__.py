"""Analysis of trajectories, built on MDAnalysis: observables with error bars, for classical and path-integral runs.

    universe = open_trajectory("simulation.pos_*.xyz", timestep=0.0005)     # all beads of an i-PI run; ps
    result = Rdf(universe, (("O", "O"),)).run(start=100).result             # frozen: values, errors, units, notes
    result["g_OO"].values, result["g_OO"].errors
    result.plot("rdf.png")

Every observable is a `MDAnalysis.analysis.base.AnalysisBase` and takes any `MDAnalysis.Universe` with elements. Whole
folders of runs: `tumble.runs.open_run`, `tumble.analysis.analyze.analyze`, `tumble.analysis.compare.compare`. Importing
this package registers the reader of i-PI's xyz files with MDAnalysis (format `IPIXYZ`). Lengths are in Å and times in
ps, as everywhere in MDAnalysis.
"""

from tumble.analysis.analysis_file import Analysis, load_analysis
from tumble.analysis.compare import Comparison, Verdict
from tumble.analysis.dipoles.dielectric import Dielectric
from tumble.analysis.dipoles.dipole import Dipole
from tumble.analysis.dipoles.dipole_correlation import DipoleCorrelation
from tumble.analysis.dipoles.dipole_moments import AtomicCharges, GivenDipoles, PointCharges
from tumble.analysis.dipoles.dipole_relaxation import DipoleRelaxation
from tumble.analysis.dipoles.infrared import Infrared
from tumble.analysis.dipoles.system_dipole import TotalDipoles
from tumble.analysis.dynamics.msd import MeanSquareDisplacement
from tumble.analysis.dynamics.reorientation import Reorientation
from tumble.analysis.dynamics.spectrum import VibrationalSpectrum
from tumble.analysis.molecules import Break, Wholeness, watch_molecules
from tumble.analysis.motion.angular_momentum import AngularMomentum
from tumble.analysis.motion.conserved import conserved_drift
from tumble.analysis.motion.drift import Drift
from tumble.analysis.motion.kinetic_temperature import KineticTemperature
from tumble.analysis.motion.molecular_rotation import MolecularRotation
from tumble.analysis.motion.rotation import BodyRotation, LatticeRotation
from tumble.analysis.orientations.orientation import Orientation
from tumble.analysis.path_integral.gyration import Gyration
from tumble.analysis.path_integral.kinetic import Kinetic, kinetic_from_properties
from tumble.analysis.plotting.plot import plot_results
from tumble.analysis.reading.ipi_xyz import IPIXYZReader
from tumble.analysis.reading.open import notes_of, open_trajectory, time_unit
from tumble.analysis.result import Axis, Quantity, Result
from tumble.analysis.statistics.blocks import Average, Slope, block_average, block_rms, block_slope
from tumble.analysis.structure.rdf import Rdf
from tumble.analysis.symmetry.ordering import Ordering
from tumble.analysis.symmetry.symmetry_log import read_symmetry_log
from tumble.analysis.symmetry.symmetry_series import symmetry_from_series
from tumble.analysis.trajectory_error import SettingError, TrajectoryError

__all__ = [
    "Analysis",
    "AngularMomentum",
    "AtomicCharges",
    "Average",
    "Axis",
    "BodyRotation",
    "Break",
    "Comparison",
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
    "Ordering",
    "Orientation",
    "PointCharges",
    "Quantity",
    "Rdf",
    "Reorientation",
    "Result",
    "SettingError",
    "Slope",
    "TotalDipoles",
    "TrajectoryError",
    "Verdict",
    "VibrationalSpectrum",
    "Wholeness",
    "block_average",
    "block_rms",
    "block_slope",
    "conserved_drift",
    "kinetic_from_properties",
    "load_analysis",
    "notes_of",
    "open_trajectory",
    "plot_results",
    "read_symmetry_log",
    "symmetry_from_series",
    "time_unit",
    "watch_molecules",
]
