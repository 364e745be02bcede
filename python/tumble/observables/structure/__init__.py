"""Radial distribution functions."""
