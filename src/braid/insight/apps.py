"""The insight app; shows what the apps below it have."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    name = "braid.insight"
    label = "insight"
    verbose_name = _("Insight")

    def ready(self) -> None:
        from braid.kernel import delivery, personal, shell, worker
        from braid.units import hooks as units

        from . import holdings
        from .actions import owe_weekly_mails
        from .composing import compose_weekly_mails
        from .enums import WEEKLY_MAIL
        from .ground import fill_hooks
        from .models import WeeklyMail
        from .queries.units import code_of_own_unit, levels_of_own_unit, looks_below, may_open

        fill_hooks()
        units.owned_models.append(WeeklyMail)
        delivery.COMPOSERS[WEEKLY_MAIL] = compose_weekly_mails
        worker.rounds.append(owe_weekly_mails)
        personal.HOLDINGS += holdings.HOLDINGS
        shell.own_unit.append(code_of_own_unit)
        shell.own_levels.append(levels_of_own_unit)
        shell.may_open.append(may_open)
        shell.offered["subtree"] = looks_below
