"""Diffusion, reorientation and spectra."""
