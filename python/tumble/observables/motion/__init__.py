"""Rotational drift: angular momentum, rotation against a reference, kinetic temperatures, conserved quantities."""
