"""Whether model, driver and i-PI mean the same atoms."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import override

from tumble.atom_order import elements_in_order
from tumble.errors import FramesError, NotApplicableError
from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, note


class Elements(Check):
    """Compare the elements of i-PI's atoms with those of the model and of the driver's structure."""

    name = "elements"
    title = "elements and their order"

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        atoms, species = case.atoms, case.model.species
        lacking = sorted(set(atoms.elements) - set(species) - {""})
        if lacking:
            yield error(
                f"the model has no parameters for {', '.join(lacking)}; it knows {', '.join(species)}",
                "another model, or one that is trained for these elements",
            )
        strange = sorted({label for label, element in zip(atoms.labels, atoms.elements, strict=True) if not element})
        if strange:
            yield error(
                f"the labels {', '.join(strange[:5])} aren't elements: nobody can say what the model should evaluate",
                "labels of elements, such as O, H or D",
            )
        yield from _order(case)


def _order(case: Case) -> Iterator[Finding]:
    try:
        driver = list(case.driver_atoms.symbols)
    except NotApplicableError:
        yield note(
            "the driver needs a structure file with the elements in i-PI's order, which the input doesn't name",
            "`--structure FILE`, also of this command",
        )
        return
    except FramesError as failure:
        yield error(f"the driver can't read its structure: {failure}", "a file that ASE reads")
        return
    ours = list(case.atoms.elements)
    cure = "`--structure` with the file from which i-PI starts"
    if len(driver) != len(ours):
        yield error(f"i-PI has {len(ours)} atoms, the driver's structure {len(driver)}", cure)
    elif driver != ours:
        place = next(i for i, pair in enumerate(zip(driver, ours, strict=True)) if pair[0] != pair[1])
        yield error(
            f"atom {place + 1} is {ours[place] or case.atoms.labels[place]} for i-PI and {driver[place]} for the "
            f"driver, so energies are wrong by electronvolts: i-PI has {elements_in_order(ours)}, the driver "
            f"{elements_in_order(driver)}",
            cure,
        )
