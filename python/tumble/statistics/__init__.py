"""Averages, errors and tests from arrays alone."""
