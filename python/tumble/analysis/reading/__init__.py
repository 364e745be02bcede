"""Reading trajectories: files of i-PI, LAMMPS and ASE, and what MDAnalysis reads itself, as one Universe."""
