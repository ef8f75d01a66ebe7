"""The work network."""
