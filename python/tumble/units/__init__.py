"""Constants, and the units of LAMMPS and i-PI."""
