"""Averages, errors and tests that work on arrays alone."""
