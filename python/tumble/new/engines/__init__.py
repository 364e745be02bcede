"""Engines of `tumble new`: one module each, and one line in the registry."""
