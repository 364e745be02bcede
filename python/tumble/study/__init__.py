"""Runs, analyzed as a whole and compared with each other."""
