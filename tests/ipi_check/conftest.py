"""Cases of the checks of inputs of i-PI."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ase import Atoms
from support.ipi_inputs import WATER, Change, make_case, view_of, write_input

from tumble.ipi_check.case import Case
from tumble.ipi_check.options import Options
from tumble.ipi_check.view import View


@pytest.fixture
def case_of(model_file, tmp_path) -> Callable[..., Case]:
    """Function from changes of the sound input, and from options of the driver, to a case."""

    def case(
        *changes: Change, model: str = "pair", atoms: Atoms = WATER, view: View | None = None, **options: Any
    ) -> Case:
        xml = write_input(tmp_path, changes, atoms)
        return make_case(xml, model_file(model), view_of(atoms) if view is None else view, Options(**options))

    return case
