"""Potential for i-PI's `<ffdirect>`: the model runs in i-PI's own process, without sockets.

    <ffdirect name='tumble' threaded='True'>
      <pes> custom </pes> <pes_path> .../tumble/ipi_pes.py </pes_path>
      <batch_size> 8 </batch_size>
      <parameters> {model: water, template: start.xyz, symmetrize: tetrahedral} </parameters>
    </ffdirect>

i-PI loads this file by its path, makes an instance of the class, and calls it with one structure or with a list.
`tumble ffdirect` writes the block. Parameters are those of `tumble.ipi_parameters`; numbers are those of the driver to
the last bit (`csrc/tumble/ipi/direct.h`).
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, NoReturn

from tumble.waiting import set_waiting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tumble._core import Structure

    #: Energy (hartree), forces [N, 3] (hartree/bohr), transposed virial [3, 3] (hartree) and extras (JSON).
    Result = tuple[float, NDArray[np.float64], NDArray[np.float64], str]

# Names that i-PI requires.
__DRIVER_NAME__ = "tumble"
__DRIVER_CLASS__ = "IpiPotential"

_SPEAKER = "tumble in i-PI"


class IpiPotential:
    """A model behind i-PI's interface for potentials in Python.

    Args:
        parameters: See `IpiParameters`; i-PI adds its own.

    Raises:
        SystemExit: With a message, if a parameter, the model or the template is invalid. i-PI would print any other
            exception with a traceback.
    """

    def __init__(self, **parameters: object) -> None:
        set_waiting()  # before the next import, which loads torch
        from tumble.errors import TumbleError

        try:
            self._load(parameters)
        except TumbleError as error:
            raise SystemExit(f"{_SPEAKER}: error: {error}") from error

    def __call__(
        self,
        cell: NDArray[np.float64] | list[NDArray[np.float64]],
        pos: NDArray[np.float64] | list[NDArray[np.float64]],
    ) -> Result | list[Result]:
        """Evaluate one structure, or several as one batch.

        An error ends i-PI with its message, since i-PI's polling thread would otherwise die with an exception, and i-PI
        wait for its result forever.

        Args:
            cell: Matrix with the cell vectors as columns [3, 3], bohr; or a list.
            pos: Positions [N, 3], bohr; or a list.
        """
        from tumble.errors import TumbleError

        try:
            if isinstance(cell, list):
                return self._evaluate(cell, list(pos))
            return self._evaluate([cell], [pos])[0]  # type: ignore[list-item]
        except TumbleError as error:
            _end_ipi(str(error))
        except Exception:  # a fault of Tumble: also then i-PI has to end
            _end_ipi(f"unexpected error\n{traceback.format_exc()}")

    def _load(self, given: dict[str, object]) -> None:
        from tumble import _core
        from tumble.announcement import announcement
        from tumble.drive import check_choices, chosen_axes
        from tumble.frames import read_frames
        from tumble.ipi_parameters import read_parameters
        from tumble.model_file import load
        from tumble.structures import to_structure

        options = read_parameters(given)
        self._atoms = next(read_frames(options.template, "template"))
        axes = chosen_axes(self._atoms, options.periodic)
        check_choices(options.order, axes)
        symmetrizer = _core.Symmetrizer(options.symmetrize, options.mode, options.seed)
        potential = load(
            options.model, device=options.device, memory=options.memory, check=options.check, outputs=False
        )
        self._evaluator = _core.DirectEvaluator(
            potential,
            to_structure(self._atoms, potential.metadata.species).species,
            [axis in axes for axis in "xyz"],
            symmetrize=options.symmetrize,
            mode=options.mode,
            seed=options.seed,
        )
        self._unchecked = options.order == "check"
        potential.warm_up()
        facts = [("beads", "independent"), ("address", "ffdirect")]
        task = "in i-PI's own process"
        lines = announcement(potential, symmetrizer, self._atoms, axes, facts, speaker=_SPEAKER, task=task)
        print("\n".join(lines), flush=True)

    def _evaluate(self, cells: list[NDArray[np.float64]], positions: list[NDArray[np.float64]]) -> list[Result]:
        structures = [self._evaluator.structure(*one) for one in zip(cells, positions, strict=True)]
        if self._unchecked:
            self._check_order(structures[0])
        results = self._evaluator.evaluate(structures)
        forces = results.forces.reshape(len(structures), -1, 3)
        return list(zip(results.energies.tolist(), forces, results.virials, results.extras, strict=True))

    def _check_order(self, first: Structure) -> None:
        from tumble.atom_order import check_order

        check_order(self._atoms, first)
        self._unchecked = False


def _end_ipi(message: str) -> NoReturn:
    from ipi.utils.softexit import softexit

    softexit.trigger(status="bad", message=f"{_SPEAKER}: error: {message}")
    raise SystemExit(1)
