"""The top floor as a Django app: it owns the running of the whole."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "braid.config"
    label = "config"

    def ready(self) -> None:
        from braid.kernel import worker

        from .health import beat

        worker.rounds.append(beat)
