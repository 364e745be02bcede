"""Properties of single frames: molecules, their axes and rigid motion, isolated groups."""
