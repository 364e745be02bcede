"""Audit of a potential: what a model file, or any ASE calculator, keeps of the laws that a potential should obey.

`tumble.audit.subject` is the interface to a potential. It imports nothing else of this package, and this file imports
nothing, so that other parts of Tumble can evaluate calculators, too.
"""
