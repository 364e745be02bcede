"""Averages, slopes, correlations and tests of correlated samples, in memory that doesn't grow with the trajectory."""
