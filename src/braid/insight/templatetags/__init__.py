"""Tags of the heads' pages."""
