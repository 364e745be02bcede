"""Dipoles of molecules and of the whole, and what follows from them."""
