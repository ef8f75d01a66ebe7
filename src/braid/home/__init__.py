"""The public Online Home of every unit."""
