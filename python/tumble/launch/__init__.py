"""`tumble run`: start a simulation, watch it, stop it cleanly, continue it, and judge its physics and its speed."""
