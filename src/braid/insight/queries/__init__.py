"""Reads of the heads' pages, one file per noun."""
