"""Everything that writes the journal."""

from .entries import erase_actor, record_entries
from .tallies import fold, fold_before_move, fold_round, rebuild_tallies

__all__ = ["erase_actor", "fold", "fold_before_move", "fold_round", "rebuild_tallies", "record_entries"]
