"""LAMMPS as an engine of `tumble run`."""
