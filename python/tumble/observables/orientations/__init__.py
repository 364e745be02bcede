"""Distributions of molecular axes over the sphere."""
