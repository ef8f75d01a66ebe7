"""Braid: the online home of a federated member organisation."""

__version__ = "0.1.0"
