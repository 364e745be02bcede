"""The demonstration behind `tumble demo` and `make demo`: water with the bare and a symmetrized model, and a page.

`pipeline` is the whole in order. `stages` says what is simulated; `engines` runs LAMMPS and i-PI as separate
programs (through `processes`) on the inputs that `inputs` finds; `probed` compares the model with its averages over
sets of rotations. `tumble.analysis` and `tumble.report` do the rest.
"""
