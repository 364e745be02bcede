"""Inputs of i-PI that `tumble run` derives from that of the user, and from checkpoints.

They are in the folder `tumble-run`; the input of the user isn't changed. Differences: names of sockets have a mark of
the run, so that two runs never share one, and a checkpoint is written if the input has none.
"""

from __future__ import annotations

import copy
import hashlib
import socket
import xml.etree.ElementTree as ElementTree
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tumble.errors import ConfigurationError, LaunchError, TrajectoryError
from tumble.runs.ipi.elements import integer_of, positive_of, word_of
from tumble.runs.ipi.forcefields import ForceField, forcefield_of
from tumble.runs.ipi.input import parsed_root

#: Name of the checkpoint that is added, behind the prefix of the outputs.
CHECKPOINT = "checkpoint"
_PREFIX = "/tmp/ipi_"  # of i-PI
_STRIDE = 1000  # steps between checkpoints, at most
_PER_RUN = 10  # checkpoints in a short run


@dataclass(frozen=True)
class Socket:
    """An element `ffsocket`.

    Attributes:
        name: Name of the forcefield.
        unix: Name of its socket; None for TCP.
        option: Option of `tumble drive` for this name.
        host: Name of the server's machine, for TCP.
        port: Port, for TCP.
        batch: Number of structures in a message.
    """

    name: str
    unix: str | None
    host: str
    port: int
    batch: int
    option: str = "--unix"

    @property
    def shares_memory(self) -> bool:
        """Whether it exchanges numbers by shared memory."""
        return self.option == "--shm"


class InputFile:
    """An input or a checkpoint.

    Args:
        path: The file.

    Raises:
        ConfigurationError: If it isn't an input of i-PI.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._root: ElementTree.Element = parsed_root(path)
        except TrajectoryError as error:
            raise ConfigurationError(str(error)) from error

    @property
    def step(self) -> int:
        """Number of steps that are done."""
        return integer_of(self._root.findtext("step") or "0", "step")

    @property
    def total_steps(self) -> int:
        """Step at which the run ends."""
        return integer_of(self._root.findtext("total_steps") or "1000", "total_steps")

    @total_steps.setter
    def total_steps(self, steps: int) -> None:
        _child(self._root, "total_steps").text = f" {steps} "

    def digest(self) -> str:
        """Return a hash of all that a continuation takes from its checkpoint, which is all but the number of steps."""
        copied = copy.deepcopy(self._root)
        for each in copied.findall("total_steps"):
            copied.remove(each)
        text = ElementTree.canonicalize(ElementTree.tostring(copied, encoding="unicode"), strip_text=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def systems(self) -> int:
        """Number of systems."""
        return sum(1 for _ in self._root.iter("system")) + sum(1 for _ in self._root.iter("instance"))

    @property
    def sockets(self) -> tuple[Socket, ...]:
        """The forcefields that need drivers."""
        return tuple(_socket_of(forcefield_of(each)) for each in self._root.iter("ffsocket"))

    @property
    def checkpoints(self) -> tuple[tuple[str, bool], ...]:
        """File name behind the prefix of each `checkpoint`, and whether it is overwritten or gets numbers."""
        return tuple(
            (f"{self.prefix}{each.get('filename', 'restart').strip()}", word_of(each, "overwrite", "True") == "True")
            for each in self._root.iter("checkpoint")
        )

    @property
    def start_files(self) -> tuple[str, ...]:
        """Names of the files from which the simulation starts."""
        children = [child for each in self._root.iter("initialize") for child in each]
        return tuple((child.text or "").strip() for child in children)

    @property
    def checkpoint_interval(self) -> int:
        """Steps between checkpoints, of which there is at least one."""
        return min(positive_of(each, "stride") for each in self._root.iter("checkpoint"))

    @property
    def prefix(self) -> str:
        """Start of the names of output files of the whole simulation."""
        output = self._root.find("output")
        name = (output.get("prefix", "i-pi") if output is not None else "i-pi").strip()
        return f"{name}." if name else ""

    def add_checkpoint(self, stride: int | None) -> None:
        """Let i-PI write a checkpoint as the last output of a step, if it has none or the user gives an interval.

        Args:
            stride: Steps between checkpoints; None for a default.
        """
        output = self._root.find("output")
        if output is None:
            raise LaunchError(f"`{self.path}`: expected an element `output`, found none")
        if stride is None and self.checkpoints:
            return
        stride = stride or max(1, min(_STRIDE, self.total_steps // _PER_RUN))
        for each in output.findall("checkpoint"):
            if each.get("filename", "").strip() == CHECKPOINT:
                output.remove(each)
        ElementTree.SubElement(output, "checkpoint", filename=CHECKPOINT, stride=str(stride), overwrite="True")

    @property
    def sockets_prefix(self) -> str:
        """Start of the paths of Unix domain sockets."""
        return str(self._root.get("sockets_prefix", _PREFIX))

    def set_sockets(self, mark: str, host: str | None = None) -> None:
        """Change how i-PI talks to its drivers.

        Args:
            mark: Start of the names of Unix domain sockets; a checkpoint has it already.
            host: Name of the server's machine, to use TCP instead of Unix domain sockets.
        """
        elements = list(self._root.iter("ffsocket"))
        if host is not None:
            for each, port in zip(elements, _free_ports(len(elements)), strict=True):
                each.set("mode", "inet")
                _child(each, "address").text = f" {host} "
                _child(each, "port").text = f" {port} "
            return
        for each, found in zip(elements, self.sockets, strict=True):
            address = each.find("address")
            if address is not None and found.unix is not None:
                address.text = f" {mark}{found.unix.removeprefix(mark)} "

    def write(self, path: Path) -> None:
        """Write it to another file."""
        ElementTree.ElementTree(self._root).write(path)


def _socket_of(found: ForceField) -> Socket:
    mode, address = found.word("mode"), found.word("address")
    return Socket(
        name=found.name,
        unix=None if mode == "inet" else address,
        host=address,
        port=found.integer("port"),
        batch=found.batch,
        option="--shm" if mode == "shm" else "--unix",
    )


def _child(parent: ElementTree.Element, name: str) -> ElementTree.Element:
    """Return an element within another, which is added if it is missing."""
    found = parent.find(name)
    return ElementTree.SubElement(parent, name) if found is None else found


def _free_ports(number: int) -> list[int]:
    """Return different free ports."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
