"""The demonstration behind `tumble demo` and `make demo`: water in LAMMPS and in i-PI, and a page about it.

`pipeline` is the whole in order. `stages` says what is simulated; `engines` runs LAMMPS and i-PI as separate
programs (through `processes`) on the inputs that `inputs` finds; `runs` reads what they logged and
`averages` averages it. The radial distribution functions come from `tumble.analysis`; `figures` draws and `report`
writes the page.
"""
