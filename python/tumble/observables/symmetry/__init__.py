"""What the engines log of the symmetry error, and what it does to the energies of proton orderings."""
