"""Backups that are proven: one file with database, files and spool, checksums for each part, and counts to compare."""
