"""Results: quantities with errors, how they follow from samples, and how their numbers are written."""
