"""The compiled core. Conventions and units are those of csrc/tumble; every array is a copy."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

version: str
units: dict[str, float]

class TumbleError(RuntimeError): ...
class ModelFileError(TumbleError): ...
class MetadataError(ModelFileError): ...
class ReferenceMismatch(ModelFileError): ...  # noqa: N818 - the core's name
class StructureError(TumbleError): ...
class ConfigurationError(TumbleError): ...
class DeviceError(TumbleError): ...
class EvaluationError(TumbleError): ...
class ServerConnectionError(TumbleError): ...
class ProtocolError(TumbleError): ...

def atomic_weight(symbol: str) -> float:
    """Return the standard atomic weight, u; 0 if the symbol isn't an element up to Cm."""

def may_have_mass(symbol: str, mass: float) -> bool:
    """Return whether a mass, u, fits the element or one of its isotopes; True for an unknown symbol."""

def element_of_weight(mass: float) -> str:
    """Return the element with a standard atomic weight, u; "" if there is none."""

class Structure:
    """Species [N], positions [N, 3] in Å, cell vectors as rows in Å, periodic directions."""

    def __init__(self, species: ArrayLike, positions: ArrayLike, cell: ArrayLike, periodic: Sequence[bool]) -> None: ...
    def __len__(self) -> int: ...
    @property
    def species(self) -> NDArray[np.int64]: ...
    @property
    def positions(self) -> NDArray[np.float64]: ...
    @property
    def cell(self) -> NDArray[np.float64]: ...
    @property
    def periodic(self) -> list[bool]: ...

class Graph:
    """A batch of structures.

    vectors [E, 3] in Å, edge_index [2, E] sorted by center, reverse [E], shifts [E, 3], species [N],
    first_atom [B + 1], local_atoms [B]: number of atoms of each structure that aren't ghosts; these come first.
    """

    def __init__(
        self,
        vectors: ArrayLike,
        edge_index: ArrayLike,
        reverse: ArrayLike,
        species: ArrayLike,
        first_atom: ArrayLike,
        local_atoms: ArrayLike | None = None,
    ) -> None: ...
    @property
    def vectors(self) -> NDArray[np.float64]: ...
    @property
    def edge_index(self) -> NDArray[np.int64]: ...
    @property
    def reverse(self) -> NDArray[np.int64]: ...
    @property
    def shifts(self) -> NDArray[np.int32]: ...
    @property
    def species(self) -> NDArray[np.int64]: ...
    @property
    def first_atom(self) -> NDArray[np.int64]: ...
    @property
    def local_atoms(self) -> NDArray[np.int64]: ...

def build_graph(structures: Sequence[Structure], cutoff: float) -> Graph: ...

class Metadata:
    """The metadata of a model file, validated."""

    @property
    def name(self) -> str: ...
    @property
    def species(self) -> list[str]: ...
    @property
    def cutoff(self) -> float: ...
    @property
    def depth(self) -> int: ...
    @property
    def dtype(self) -> str: ...
    @property
    def outputs(self) -> list[str]: ...
    @property
    def baseline(self) -> list[float]: ...
    @property
    def bytes_per_edge(self) -> int: ...
    @property
    def symmetry_kind(self) -> str: ...
    @property
    def breaks_parity_alone(self) -> bool: ...
    @property
    def sufficient_set(self) -> str: ...
    def species_index(self, symbol: str) -> int: ...
    def to_json(self) -> str: ...

def parse_metadata(json: str) -> Metadata: ...
def read_metadata(path: str) -> Metadata: ...
def width_of_output(name: str) -> int:
    """Return how many numbers an atom has: 1 for a scalar, 3 for a vector, 0 if evaluations don't have the output."""

def damage_of_archive(path: str) -> str: ...
def find_model(name: str) -> str: ...
def model_folders() -> list[str]: ...

class Evaluation:
    """Results for a batch.

    energies [B] and atom_energies [N] in eV, forces [N, 3] in eV/Å, virials [B, 3, 3] in eV, torques [B, 3]
    in eV/rad, edge_gradients [E, 3] in eV/Å; these are weighted sums over the frames. frame_energies [B, K] are the
    energies in each frame, and bare_energies [B], bare_forces [N, 3] and bare_torques [B, 3] the results in the frame
    `bare`. outputs has the further outputs that the model declares: `dipole` [N, 3] in e·Å, `charge` [N] in e, `forces`
    [N, 3].
    """

    @property
    def energies(self) -> NDArray[np.float64]: ...
    @property
    def atom_energies(self) -> NDArray[np.float64]: ...
    @property
    def forces(self) -> NDArray[np.float64]: ...
    @property
    def virials(self) -> NDArray[np.float64]: ...
    @property
    def torques(self) -> NDArray[np.float64]: ...
    @property
    def edge_gradients(self) -> NDArray[np.float64]: ...
    @property
    def frame_energies(self) -> NDArray[np.float64]: ...
    @property
    def bare_energies(self) -> NDArray[np.float64]: ...
    @property
    def bare_forces(self) -> NDArray[np.float64]: ...
    @property
    def bare_torques(self) -> NDArray[np.float64]: ...
    @property
    def outputs(self) -> dict[str, NDArray[np.float64]]: ...

class Frames:
    """Orthogonal matrices [K, 3, 3] that rotate the edge vectors for the model, v' = R v, and weights [K]."""

    def __init__(self, rotations: ArrayLike, weights: ArrayLike, bare: int = 0) -> None: ...
    def __len__(self) -> int: ...
    @property
    def rotations(self) -> NDArray[np.float64]: ...
    @property
    def weights(self) -> NDArray[np.float64]: ...
    @property
    def bare(self) -> int: ...
    def exactness(self, limit: int) -> int:
        """Return the largest degree up to `limit` to which the weighted sum of every Wigner D^l vanishes."""
    def averages_parity(self) -> bool: ...
    def with_lab_frame(self) -> Frames: ...
    def with_inversion(self) -> Frames: ...

class Symmetrizer:
    """The frames for a word of the keyword `symmetrize`; see docs/symmetrization.md."""

    def __init__(self, symmetrize: str = "none", mode: str = "average", seed: int | None = None) -> None: ...
    @property
    def symmetrize(self) -> str: ...
    @property
    def mode(self) -> str: ...
    @property
    def seed(self) -> int | None: ...
    @property
    def trivial(self) -> bool: ...
    @property
    def random(self) -> bool: ...
    @property
    def correction(self) -> bool: ...
    @property
    def averages_parity(self) -> bool: ...
    def __len__(self) -> int: ...
    def exactness(self, limit: int) -> int:
        """Return the degree of the set before a random rotation turns it; 0 for independent random rotations."""
    def frames(self, key: Sequence[int] = (0, 0, 0, 0)) -> Frames: ...

def symmetrize_words() -> list[str]:
    """Return the words for `symmetrize`, without +inversion: none, inversion, the groups, degree:t and so on."""

def geometry_key(structure: Structure) -> list[int]: ...

class Potential:
    """A loaded model; memory in MB. Only one thread at a time may use it."""

    def __init__(
        self, path: str, device: str = "auto", check: bool = True, memory: float | None = None, outputs: bool = True
    ) -> None: ...
    @property
    def metadata(self) -> Metadata: ...
    @property
    def device(self) -> str: ...
    def evaluate(self, graph: Graph, frames: Sequence[Frames] = ()) -> Evaluation:
        """Evaluate in the lab frame, in one set of frames for all structures (a list of one), or in one for each."""
    def edges_within(self, memory: float | None = None) -> int:
        """Return the number of edges whose evaluation takes a budget of memory, MB; without it, the default budget."""
    def warm_up(self) -> None: ...

class SymmetryError:
    """Dependence of a structure's energy E and forces F on the frame, over a set: eV, eV/Å, eV/rad.

    energy E and torque |tau| belong to the frame `bare`, averaged_energy and averaged_torque to the average. energy_std
    is the spread of E over the set. force_rms and force_max are the rms and the maximum of |F_averaged - F| over atoms.
    """

    @property
    def energy(self) -> float: ...
    @property
    def averaged_energy(self) -> float: ...
    @property
    def energy_std(self) -> float: ...
    @property
    def force_rms(self) -> float: ...
    @property
    def force_max(self) -> float: ...
    @property
    def torque(self) -> float: ...
    @property
    def averaged_torque(self) -> float: ...

def require_spread(symmetrizer: Symmetrizer) -> None:
    """Raise ConfigurationError unless an evaluation has at least two frames; a single one has no spread."""

def symmetry_error(result: Evaluation, frames: Frames, graph: Graph, structure: int = 0) -> SymmetryError:
    """Return the symmetry error of one structure of a graph that was evaluated in these frames."""

class DefaultTorchModes:
    """Context in which this thread computes with the default modes of torch.

    These are: with gradients, and without inference mode, autocast, reduced precision or another default dtype.
    """

    def __init__(self) -> None: ...
    def __enter__(self) -> None: ...
    def __exit__(self, *error: object) -> None: ...

def run_line(
    engine: str,
    potential: Potential,
    symmetrizer: Symmetrizer,
    facts: Sequence[tuple[str, str | int | float]] = (),
) -> str:
    """Return the line of a log that states in JSON which model ran and how, without a newline."""

def device_of_rank(device: str, rank: int) -> str: ...
def set_threads(threads: int) -> None: ...
def threads() -> int: ...

class Address:
    """Address of an i-PI server."""

    @staticmethod
    def unix_domain(name: str) -> Address: ...
    @staticmethod
    def shared_memory(name: str) -> Address: ...
    @staticmethod
    def tcp(host: str, port: int) -> Address: ...

class FirstMessage:
    """First structure of a connection, and how it was sent."""

    @property
    def structure(self) -> Structure: ...
    @property
    def consolidated(self) -> bool:
        """Whether i-PI asked for the forces in the same message."""

class DriveTimes:
    """Where the time of the i-PI driver went, from the first structure on, s."""

    @property
    def model(self) -> float: ...
    @property
    def gathering(self) -> float:
        """Time of waiting for other structures, to evaluate them together with structures that had arrived."""
    @property
    def server(self) -> float:
        """All other time, in which nothing was to be evaluated, or messages were exchanged."""

class DriveSummary:
    """Outcome of a run of the i-PI driver."""

    @property
    def evaluations(self) -> int: ...
    @property
    def calls(self) -> int:
        """Number of calls of the model; one evaluates all structures that came together."""
    @property
    def largest(self) -> int:
        """Largest number of structures that came together."""
    @property
    def places(self) -> int:
        """Number of structures for which the server had places: batch size, times the connections that it used."""
    @property
    def times(self) -> DriveTimes: ...
    @property
    def exited(self) -> bool: ...
    @property
    def reason(self) -> str: ...

def drive(
    potential: Potential,
    address: Address,
    species: ArrayLike,
    periodic: Sequence[bool],
    patience: float = 60.0,
    connections: int = 1,
    symmetrize: str = "none",
    mode: str = "average",
    seed: int | None = None,
    beads: str = "independent",
    symmetry_log: str = "",
    symmetry_set: str | None = None,
    symmetry_every: int | None = None,
    first: Callable[[FirstMessage], None] | None = None,
    lost: Callable[[str], None] | None = None,
    ended: Callable[[DriveSummary], None] | None = None,
    report: Callable[[DriveSummary], None] | None = None,
    report_interval: float = 60.0,
) -> DriveSummary: ...

class IpiResults:
    """Results in i-PI's units.

    energies [B] in hartree, forces [N, 3] in hartree/bohr, transposed virials [B, 3, 3] in hartree, extras [B] as JSON.
    """

    @property
    def energies(self) -> NDArray[np.float64]: ...
    @property
    def forces(self) -> NDArray[np.float64]: ...
    @property
    def virials(self) -> NDArray[np.float64]: ...
    @property
    def extras(self) -> list[str]: ...

class DirectEvaluator:
    """The driver without a socket: structures and results in i-PI's units, by the same evaluator."""

    def __init__(
        self,
        potential: Potential,
        species: ArrayLike,
        periodic: Sequence[bool],
        symmetrize: str = "none",
        mode: str = "average",
        seed: int | None = None,
    ) -> None: ...
    def structure(self, h: ArrayLike, positions: ArrayLike) -> Structure:
        """Return a structure from a cell with vectors as columns, and positions [N, 3], both in bohr."""
    def evaluate(self, structures: Sequence[Structure]) -> IpiResults:
        """Evaluate as one batch; raises EvaluationError with the number of the evaluation, counted from 1."""
