"""Runs of a real i-PI server and of the driver, in processes of their own."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import TracebackType

import numpy as np
import pytest
from ase import Atoms

from support.systems import systems
from tumble import _core

BIN = Path(sys.executable).parent
BOHR, HARTREE = _core.units["bohr_in_angstrom"], _core.units["hartree_in_ev"]

#: i-PI of the environment, or another release in the folder TUMBLE_IPI (`pip install --target`).
IPI = Path(os.environ["TUMBLE_IPI"]) / "bin" / "i-pi" if "TUMBLE_IPI" in os.environ else BIN / "i-pi"


def ipi_release() -> tuple[int, ...]:
    """Major and minor number of the release of `IPI`."""
    folder = os.environ.get("TUMBLE_IPI")
    (found, *_) = metadata.distributions(name="ipi", **({} if folder is None else {"path": [folder]}))
    return tuple(map(int, found.version.split(".")[:2]))


def needs_ipi(major: int, minor: int, what: str) -> pytest.MarkDecorator:
    """Mark of tests of what older releases don't have."""
    return pytest.mark.skipif(ipi_release() < (major, minor), reason=f"i-PI has {what} since {major}.{minor}")


WATER = Atoms("OHH", [[0.0, 0.0, 0.0], [0.76, 0.59, 0.0], [-0.76, 0.59, 0.1]], cell=[9, 9, 9], pbc=True)
#: O-H below 0.5 Å, where the broken models break.
COLLAPSED = Atoms("OHH", [[0.0, 0.0, 0.0], [0.3, 0.2, 0.0], [-0.76, 0.59, 0.1]], cell=[9, 9, 9], pbc=True)

#: Longest wait, s: more than a busy machine takes, so it ends only what hangs.
PATIENCE = 180.0

NVE = "<dynamics mode='nve'> <timestep units='femtosecond'> 0.25 </timestep> </dynamics>"

INPUT = """
<simulation verbosity='low' floatformat='%26.17e'>
  <output prefix='out'>
    <properties filename='properties'> [step, potential, conserved, virial_md, volume] </properties>
    <trajectory filename='positions' format='bin'> positions </trajectory>
    <trajectory filename='forces' format='bin'> forces </trajectory>
    <trajectory filename='momenta' format='bin'> momenta </trajectory>
    {extras}
  </output>
  <total_steps> {steps} </total_steps>
  <prng> <seed> 1 </seed> </prng>
  {forcefields}
  <system>
    <initialize nbeads='{beads}'> <file mode='xyz'> start.xyz </file> {velocities} </initialize>
    <forces> {forces} </forces>
    <ensemble> <temperature units='kelvin'> 300 </temperature> <pressure> 0 </pressure> </ensemble>
    <motion mode='{motion}'> {dynamics} </motion>
  </system>
</simulation>
"""


LATENCY = "<latency> 1e-4 </latency>"
FORCE = "<force forcefield='tumble'/>"
TORQUE = "<trajectory filename='torque' extra_type='torque'> extras </trajectory>"


@dataclass(frozen=True)
class Endpoint:
    """Where a server listens: of a name and a port one is set."""

    unix: str | None = None
    port: int | None = None
    shares_memory: bool = False

    @property
    def options(self) -> list[str]:
        """For the command line of the driver."""
        if self.port is not None:
            return ["--host", "127.0.0.1", "--port", str(self.port)]
        return ["--shm" if self.shares_memory else "--unix", str(self.unix)]

    @property
    def address(self) -> _core.Address:
        if self.port is not None:
            return _core.Address.tcp("127.0.0.1", self.port)
        return (_core.Address.shared_memory if self.shares_memory else _core.Address.unix_domain)(str(self.unix))

    @property
    def xml(self) -> str:
        if self.port is None:
            return f"<address> {self.unix} </address>"
        return f"<address> 127.0.0.1 </address> <port> {self.port} </port>"

    def forcefield(self, name: str, options: str = "", mode: str | None = None) -> str:
        """An `ffsocket` of i-PI's input."""
        mode = mode or ("inet" if self.port is not None else "shm" if self.shares_memory else "unix")
        return f"<ffsocket name='{name}' mode='{mode}'> {self.xml} {LATENCY} {options} </ffsocket>"


def unix_endpoint() -> Endpoint:
    return Endpoint(unix=f"tumble-test-{uuid.uuid4().hex[:16]}")


def shm_endpoint() -> Endpoint:
    return Endpoint(unix=f"tumble-test-{uuid.uuid4().hex[:16]}", shares_memory=True)


#: Ports of this process, so that no test in another one takes them before a server listens; Linux gives 32768 and up.
PORTS = itertools.cycle(range(10000 + os.getpid() % 200 * 100, 10100 + os.getpid() % 200 * 100))


def tcp_endpoint() -> Endpoint:
    port = next(PORTS)
    while not _is_free(port):  # somebody else's server, or a connection that has just ended
        port = next(PORTS)
    return Endpoint(port=port)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def write_start(path: Path, frames: Sequence[Atoms]) -> None:
    """Structures as i-PI's own xyz, with all digits; cell vectors must be lower triangular as rows."""
    text = []
    for atoms in frames:
        cell = " ".join(f"{x:.17g}" for x in atoms.cell.array.T.ravel())
        text.append(f"{len(atoms)}\n# CELL(H): {cell} positions{{angstrom}} cell{{angstrom}}")
        text += [f"{a.symbol} {a.x:.17g} {a.y:.17g} {a.z:.17g}" for a in atoms]
    path.write_text("\n".join(text) + "\n")


class Program:
    """A process whose output goes to a file; killed when its context ends."""

    def __init__(self, folder: Path, command: Sequence[str | Path], log: str) -> None:
        self.log = folder / log
        with self.log.open("w") as stream:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                stdout=stream,
                stderr=subprocess.STDOUT,
                env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"},
            )

    def __enter__(self) -> Program:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()

    def wait(self, timeout: float = PATIENCE) -> int:
        """Exit status; `subprocess.TimeoutExpired` if it hangs, not if the machine is busy."""
        return self.process.wait(timeout)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    @property
    def output(self) -> str:
        return self.log.read_text()

    @property
    def cpu_time(self) -> float:
        """Time that its threads have computed until now, s."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Server(Program):
    """i-PI, started in a folder from a structure; its results are read from the files that it writes there."""

    def __init__(
        self,
        folder: Path,
        atoms: Atoms,
        endpoint: Endpoint,
        *,
        steps: int = 2,
        beads: int = 1,
        options: str = "",
        motion: str = "dynamics",
        dynamics: str = NVE,
        velocities: str = "<velocities mode='thermal' units='kelvin'> 300 </velocities>",
        mode: str | None = None,
        extras: str = TORQUE,
        forcefields: str | None = None,
        forces: str = FORCE,
    ) -> None:
        """`forcefields` stands in place of the one of this endpoint, in which `mode` and `options` go."""
        self.folder, self.endpoint, self.size = folder, endpoint, len(atoms)
        write_start(folder / "start.xyz", [atoms])
        text = INPUT.format(
            steps=steps,
            forcefields=forcefields or endpoint.forcefield("tumble", options, mode),
            forces=forces,
            beads=beads,
            velocities=velocities,
            motion=motion,
            dynamics=dynamics,
            extras=extras,
        )
        (folder / "input.xml").write_text(text)
        super().__init__(folder, [sys.executable, IPI, "input.xml"], "server.log")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        if self.endpoint.unix is not None:
            Path(f"/tmp/ipi_{self.endpoint.unix}").unlink(missing_ok=True)

    @property
    def lines(self) -> int:
        """Number of lines of the properties until now, one for each step and a few before."""
        path = self.folder / "out.properties"
        return path.read_text().count("\n") if path.exists() else 0

    def wait_for_steps(self, count: int) -> None:
        """Until i-PI has made so many steps more; pytest's timeout ends what stalls."""
        start = self.lines
        while self.lines < start + count:
            assert self.process.poll() is None, self.output
            time.sleep(0.02)

    @property
    def properties(self) -> np.ndarray:
        """Rows of step, potential, conserved quantity, virial/volume [6] (xx yy zz xy xz yz), volume; atomic units."""
        return np.loadtxt(self.folder / "out.properties", ndmin=2)

    def frames(self, name: str, bead: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Cells (vectors as rows, [F, 3, 3]) and vectors per atom ([F, N, 3]) of a binary trajectory, atomic units."""
        raw = next(self.folder.glob(f"out.{name}_{bead}*")).read_bytes()
        record = len(raw) // len(self.properties)
        rows = [np.frombuffer(raw, count=10 + 3 * self.size, offset=i) for i in range(0, len(raw), record)]
        cells = np.array([row[:9].reshape(3, 3).T for row in rows])
        return cells, np.array([row[10:].reshape(-1, 3) for row in rows])

    def torques(self, bead: int = 0) -> np.ndarray:
        """What came as extras, eV/rad, [F, 3]."""
        return np.loadtxt(self.folder / f"out.torque_{bead}", comments=" #", ndmin=2)


def start_driver(folder: Path, model: Path, endpoint: Endpoint, *options: str, structure: str = "start.xyz") -> Program:
    """`tumble drive` as a user would start it."""
    command = [sys.executable, "-m", "tumble", "drive", model, "--structure", structure, "--device", "cpu"]
    return Program(folder, [*command, *endpoint.options, *options], f"driver-{uuid.uuid4().hex[:8]}.log")


def sent_structures(server: Server, atoms: Atoms, bead: int = 0) -> list[_core.Structure]:
    """What the driver got at each step."""
    species = [0 if symbol == "O" else 1 for symbol in atoms.symbols]
    frames = zip(*server.frames("positions", bead), strict=True)
    return [_core.Structure(species, positions * BOHR, cell * BOHR, atoms.pbc) for cell, positions in frames]


def kill_inside_the_model(server: Server, driver: Program) -> None:
    """Kill a driver while it evaluates what the server has sent."""
    while "Handshaking was successful" not in server.output:
        assert driver.process.poll() is None, driver.output
        time.sleep(0.05)
    before = driver.cpu_time
    while driver.cpu_time < before + 0.3:  # it computes only inside the model
        time.sleep(0.05)
    driver.send(signal.SIGKILL)
    assert driver.wait() == -signal.SIGKILL


def run_with_symmetry_log(folder: Path, model: Path, log: str, *, steps: int, beads: int = 1) -> Server:
    """A molecule over which a driver logs the symmetry error in every second round; the server when it has ended."""
    endpoint = unix_endpoint()
    options = ["--symmetry-log", log, "--symmetry-set", "octahedral", "--symmetry-every", "2"]
    with (
        Server(folder, systems()["molecule"], endpoint, steps=steps, beads=beads) as server,
        start_driver(folder, model, endpoint, "--periodic", "none", *options) as driver,
    ):
        assert server.wait() == 0, server.output
        assert driver.wait() == 0, driver.output
    return server
