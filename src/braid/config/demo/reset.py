"""Starts the demo anew: throws its database, files and spool away, and nothing that is no demo."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from braid.config.cli_setup import bring_up_to_date
from braid.config.errors import Stop
from braid.config.models import DemoStage
from braid.units.models import Unit


def reset() -> None:
    """Empty the data folder of a demo. Refused (`Stop`) where the database holds units that no demo loaded."""
    if Unit.objects.exists() and not DemoStage.objects.exists():
        raise Stop("This data folder holds something that is no demo, so it is left as it is.")
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        connection.close()
        for end in ("", "-wal", "-shm"):
            Path(name + end).unlink(missing_ok=True)
    else:
        call_command("flush", interactive=False, verbosity=0)
    for folder in (settings.SPOOL, settings.MEDIA_ROOT):
        shutil.rmtree(folder, ignore_errors=True)
    bring_up_to_date()
