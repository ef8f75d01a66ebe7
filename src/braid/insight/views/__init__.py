"""The signed-in pages of a person and a head, one file per page."""
