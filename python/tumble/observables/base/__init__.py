"""The base classes of all observables."""
