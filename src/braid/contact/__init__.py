"""Notices to everybody, and who has seen them."""
