"""Checks of an input of i-PI before the run: what will go wrong, and what to write instead."""
