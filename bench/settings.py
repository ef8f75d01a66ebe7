"""The product's settings, with the tables of the peers beside its own."""

from braid.config.settings import *  # noqa: F403
from braid.config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "bench.peer"]
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
