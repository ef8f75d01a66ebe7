"""Input about work into clean values."""
