"""The journal as a Django app; fills the ledger, folds in the worker and before a move."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JournalConfig(AppConfig):
    name = "braid.journal"
    label = "journal"
    verbose_name = _("Journal")

    def ready(self) -> None:
        from braid.kernel import personal
        from braid.kernel.ledger import fill_ledger
        from braid.kernel.worker import rounds
        from braid.units.hooks import before_move

        from . import holdings
        from .actions import fold_before_move, fold_round, record_entries

        fill_ledger(record_entries)
        rounds.append(fold_round)
        before_move.append(fold_before_move)
        personal.HOLDINGS += holdings.HOLDINGS
