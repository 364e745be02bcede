"""What a run of LAMMPS leaves in its folder."""
