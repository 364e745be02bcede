"""Readers of the files of a run of LAMMPS."""
