"""Observables of trajectories, each with what it needs, computes and shows."""
