"""Observables of ring polymers."""
