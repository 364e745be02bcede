"""i-PI as an engine of `tumble run`."""
