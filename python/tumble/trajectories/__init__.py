"""Files of trajectories as MDAnalysis universes: formats, units, elements, ring polymers. No physics."""
