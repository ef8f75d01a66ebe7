"""The kernel as a Django app: it owns the tables of what is owed and goes out, files, components and styles."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KernelConfig(AppConfig):
    name = "braid.kernel"
    label = "kernel"
    verbose_name = _("System")

    def ready(self) -> None:
        from django.core.validators import MaxValueValidator, MinValueValidator, validate_email
        from django.forms import Field

        from . import delivery, holdings, offline, personal, worker
        from .delivery.mail import Mail
        from .delivery.push import Push
        from .delivery.services import services
        from .delivery.texts import TextMessage
        from .files import sweep_files
        from .imports.staging import forget_runs

        for channel in (Push(), Mail(), TextMessage(), *services(), *delivery.entry_point_channels()):
            delivery.CHANNELS[channel.name] = channel
        Field.default_error_messages["required"] = _("This must be filled in.")
        validate_email.message = _("This is no e-mail address.")
        MinValueValidator.message = _("Write %(limit_value)s or more.")
        MaxValueValidator.message = _("Write %(limit_value)s or less.")
        worker.rounds.append(delivery.send_due)
        worker.sweeps += [delivery.forget_deliveries, forget_runs, sweep_files, offline.forget_sent]
        personal.HOLDINGS += holdings.HOLDINGS
