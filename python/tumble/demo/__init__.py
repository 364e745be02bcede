"""The demonstration of `tumble demo` and `make demo`: water with the bare and a symmetrized model, and a report.

`pipeline` runs all steps in order. `stages` lists the simulations. `engines` runs LAMMPS and i-PI as separate programs
(with `processes`) on the inputs that `inputs` finds. `probed` compares the model with its averages over sets of
rotations. `tumble.study` analyzes and compares the runs, and `tumble.report` writes the page.
"""
