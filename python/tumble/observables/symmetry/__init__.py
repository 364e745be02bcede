"""The symmetry error in the logs of the engines, and its effect on the energies of proton orderings."""
