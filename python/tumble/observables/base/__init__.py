"""The bases of all observables."""
