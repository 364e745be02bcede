"""What only ring polymers have."""
