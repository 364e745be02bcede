"""Readers of the files of a run of i-PI."""
