"""Pages about the tree."""
