"""Factories: rows as the product itself would have made them."""

from .directives import directive
from .files import picture_bytes, stored_file, upload
from .groups import group
from .notices import notice
from .people import member, person
from .relays import chat, relay
from .reports import period, report, report_form
from .surveys import survey
from .units import tree, unit
from .votes import ballot, candidate, nomination

__all__ = [
    "ballot",
    "candidate",
    "chat",
    "directive",
    "group",
    "member",
    "nomination",
    "notice",
    "period",
    "person",
    "picture_bytes",
    "relay",
    "report",
    "report_form",
    "stored_file",
    "survey",
    "tree",
    "unit",
    "upload",
]
