"""The demonstration of `tumble demo` and `make demo`: water with three partners, and a report.

The `partners` are the bare model, the same with rotations, and an exactly invariant model. `pipeline` runs all steps in
order. `stages` lists the simulations. `engines` runs LAMMPS and i-PI as separate programs (with `processes`) on the
inputs that `inputs` finds. `probed` compares the models with their averages over sets of rotations, `timing` their
times, and `partner_table` shows both. `tumble.study` analyzes and compares the runs, and `tumble.report` writes the
page.
"""
