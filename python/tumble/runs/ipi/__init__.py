"""What a run of i-PI leaves in its folder."""
