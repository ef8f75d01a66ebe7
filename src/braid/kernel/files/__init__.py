"""The safe store: files people bring, proven by content, kept by digest, read through the gate of the thing they belong to."""

from .fields import FileField
from .owners import Owner, can_read_file, file_for, owners
from .proving import Proven, accepted, kinds_in_words, prove
from .serving import file_answer
from .store import copy_file, discard_files, keep_file, path_of, sweep_files

__all__ = [
    "FileField",
    "Owner",
    "Proven",
    "accepted",
    "can_read_file",
    "copy_file",
    "discard_files",
    "file_answer",
    "file_for",
    "keep_file",
    "kinds_in_words",
    "owners",
    "path_of",
    "prove",
    "sweep_files",
]
