"""The insight app; shows what the apps below it have."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    name = "braid.insight"
    label = "insight"
    verbose_name = _("Insight")

    def ready(self) -> None:
        from braid.kernel import shell

        from .ground import fill_hooks
        from .queries.units import code_of_own_unit, levels_of_own_unit, looks_below, may_open

        fill_hooks()
        shell.own_unit.append(code_of_own_unit)
        shell.own_levels.append(levels_of_own_unit)
        shell.may_open.append(may_open)
        shell.offered["subtree"] = looks_below
