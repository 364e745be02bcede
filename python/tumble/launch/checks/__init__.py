"""Checks of the physics of a run that has ended; one file and one line in the registry each."""
