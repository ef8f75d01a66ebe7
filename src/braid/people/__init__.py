"""Persons, accounts, memberships and grants; the one access gate."""
