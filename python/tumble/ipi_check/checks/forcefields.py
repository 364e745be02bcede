"""Whether a driver can serve the input: its forcefields, and the forces that refer to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from typing_extensions import override

from tumble.errors import ConfigurationError
from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, note, warning
from tumble.ipi_parameters import read_parameters
from tumble.runs.ipi.forcefields import ForceField

_OURS = "ipi_pes.py"
_SOCKET = "<ffsocket name='tumble' mode='unix'> <address> my-run </address> </ffsocket>"


class ForceFields(Check):
    """Find the forcefields that a driver serves."""

    name = "forcefields"
    title = "forcefields and forces"

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        yield from _missing(case)
        yield from _references(case)
        yield from _in_process(case)
        others = sorted({f"`{each.name}` ({each.kind})" for each in case.forcefields if not each.may_be_ours})
        if others and case.served:
            yield note(f"the forces of {', '.join(others)} aren't this model's, and aren't checked")


def _missing(case: Case) -> Iterator[Finding]:
    chosen = case.options.forcefield
    if chosen is not None and not case.served:
        known = ", ".join(each.name for each in case.forcefields if each.may_be_ours) or "none"
        yield error(f"there is no forcefield `{chosen}` that Tumble can serve", f"`--forcefield` takes one of: {known}")
    elif not case.served:
        yield error(
            "there is no forcefield that Tumble can serve: neither an `ffsocket` nor a custom `ffdirect`", _SOCKET
        )
    elif not case.served_components:
        names = ", ".join(sorted({each.name for each in case.served}))
        yield error(
            f"no force of the system comes from the forcefield {names}, so no driver is asked",
            f"<forces> <force forcefield='{case.served[0].reference}'/> </forces>",
        )


def _references(case: Case) -> Iterator[Finding]:
    names = Counter(each.name for each in case.forcefields if each.container is None)
    containers = {element.get("name", "").strip() for element in case.root if str(element.tag).startswith("ff")}
    for name, count in names.items():
        if count > 1:
            yield error(f"{count} forcefields have the name `{name}`: i-PI keeps one of them", "give each its own name")
    known = set(names) | containers
    for component in case.components:
        if component.forcefield not in known:
            yield error(
                f"a force refers to the forcefield `{component.forcefield}`, which doesn't exist",
                f"the names in the input are: {', '.join(sorted(known)) or 'none'}",
            )
        if component.weight == 0.0:
            yield warning(
                f"the force of `{component.forcefield}` has the weight 0: it is left out", "remove it, or its `weight`"
            )


def _parameters(case: Case, forcefield: ForceField) -> Iterator[Finding]:
    """Look at the parameters of the potential inside i-PI, without loading the model."""
    try:
        found = read_parameters(_dictionary(forcefield.word("parameters")))
    except ConfigurationError as failure:
        yield error(f"`parameters` of `{forcefield.name}`: {failure}", "`tumble ffdirect` writes them")
        return
    # i-PI runs in the folder of its input.
    if not (case.xml.parent / found.template).is_file():
        yield error(
            f"`parameters` of `{forcefield.name}`: there is no structure file `{found.template}`",
            "template: the file from which i-PI starts",
        )
    given = case.model.symmetrizer.symmetrize
    if found.symmetrize != given:
        yield warning(
            f"`{forcefield.name}` averages over `{found.symmetrize}`, while this check was given `{given}`",
            f"`--symmetrize {found.symmetrize}` of this command",
        )


def _dictionary(text: str) -> dict[str, object]:
    """Return what i-PI makes of `{a: 1, b: text}` (`ipi.utils.io.inputs.io_xml.read_dict`)."""
    items = (item.partition(":") for item in text.strip().strip("{}").split(",") if item.strip())
    return {name.strip(): _value(value.strip()) for name, _, value in items}


def _value(word: str) -> object:
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return {"true": True, "false": False}.get(word.lower(), word)


def _in_process(case: Case) -> Iterator[Finding]:
    for each in case.forcefields:
        if each.kind != "ffdirect":
            continue
        if each.word("pes") != "custom":
            yield note(f"`{each.name}` uses i-PI's own PES `{each.word('pes')}`, which this check doesn't know")
            continue
        path = case.xml.parent / each.word("pes_path")
        if not each.word("pes_path").endswith(".py") or not path.is_file():
            yield error(
                f"`pes_path` of `{each.name}`: expected a file that ends with .py, got `{each.word('pes_path')}`",
                "`tumble ffdirect MODEL --structure FILE` writes the whole block",
            )
        elif path.name == _OURS:
            yield from _parameters(case, each)
        size = each.batch
        if size > 1 and not each.flag("threaded") and case.beads % size != 0:
            yield error(
                f"`{each.name}` waits forever: without threads a batch of {size} must divide the {case.beads} beads",
                f"<batch_size> {case.beads} </batch_size>, or threaded='True'",
            )
