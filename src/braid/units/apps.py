"""The tree as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UnitsConfig(AppConfig):
    name = "braid.units"
    label = "units"
    verbose_name = _("Units")

    def ready(self) -> None:
        from braid.kernel import personal

        from . import holdings

        personal.HOLDINGS += holdings.HOLDINGS
