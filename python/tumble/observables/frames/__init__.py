"""What one frame shows: molecules, their axes and rigid motion, isolated groups."""
