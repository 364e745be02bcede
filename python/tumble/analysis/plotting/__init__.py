"""Figures of results, and numbers and axes as text."""
