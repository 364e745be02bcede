"""Where a potential comes from, in plain values: any process can open it, and results can name it."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path

from typing_extensions import override

from tumble import _core
from tumble.audit.calculator_subject import CalculatorSubject
from tumble.audit.factory import find_factory, make_calculator
from tumble.audit.model_subject import ModelSubject
from tumble.audit.subject import Subject
from tumble.files import sha256
from tumble.registry import find_model


class Source(ABC):
    """A model file or a calculator that isn't open yet. It can be pickled."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The name for tables.

        Raises:
            ModelFileError: If a model is missing or damaged.
        """

    @abstractmethod
    def open(self) -> Subject:
        """Load the model, or make the calculator.

        Raises:
            ModelFileError, DeviceError, ConfigurationError: As by `tumble.load`.
            CalculatorError: If there is no such calculator.
        """

    @abstractmethod
    def identity(self) -> dict[str, str]:
        """Return what results depend on: results of sources with equal identities can be combined.

        Raises:
            TumbleError: If the file of the model, or the module of the calculator, is missing.
        """

    @abstractmethod
    def provenance(self) -> dict[str, str]:
        """Return where the potential comes from, for files of results.

        Raises:
            TumbleError: As by `identity`.
        """


@dataclass(frozen=True)
class ModelSource(Source):
    """A model file.

    Attributes:
        model: Path or name of the model.
        device, memory, check: As for `tumble.load`.
    """

    model: str | PathLike[str]
    device: str = "auto"
    memory: float | None = None
    check: bool = True

    @property
    @override
    def name(self) -> str:
        return _core.read_metadata(fspath(find_model(self.model))).name

    @override
    def open(self) -> ModelSubject:
        return ModelSubject(self.model, device=self.device, memory=self.memory, check=self.check)

    @override
    def identity(self) -> dict[str, str]:
        return {"model": sha256(find_model(self.model))}

    @override
    def provenance(self) -> dict[str, str]:
        path = find_model(self.model)
        return {"kind": "model", "file": fspath(path), "sha256": sha256(path)}


@dataclass(frozen=True)
class CalculatorSource(Source):
    """An ASE calculator.

    Attributes:
        factory: `module:factory`, as for `tumble.audit.factory.make_calculator`.
    """

    factory: str

    @property
    @override
    def name(self) -> str:
        return self.factory

    @override
    def open(self) -> CalculatorSubject:
        return CalculatorSubject(make_calculator(self.factory), self.factory)

    @override
    def identity(self) -> dict[str, str]:
        """Return the factory and the hash of its module; weights that the factory loads remain unknown."""
        provenance = self.provenance()
        return {"calculator": self.factory} | {
            key: provenance[key] for key in ("sha256", "version") if key in provenance
        }

    @override
    def provenance(self) -> dict[str, str]:
        module, _ = find_factory(self.factory)
        found = {"kind": "calculator", "factory": self.factory}
        file: str | None = getattr(module, "__file__", None)  # a namespace package has none
        if file is not None and Path(file).is_file():
            found |= {"file": file, "sha256": sha256(Path(file))}
        package = module.__name__.partition(".")[0]
        version = getattr(sys.modules.get(package), "__version__", None)
        return found if version is None else found | {"version": f"{package} {version}"}
