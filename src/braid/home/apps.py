"""The public Home as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    name = "braid.home"
    label = "home"
    verbose_name = _("Home")

    def ready(self) -> None:
        from braid.kernel import personal

        from . import holdings, rules  # noqa: F401 (declares the permission)

        personal.HOLDINGS += holdings.HOLDINGS
