"""Settings of the test suite: the same product, faster hashing, plain static files."""

import os
import tempfile

os.environ.setdefault("BRAID_VAR", tempfile.mkdtemp(prefix="braid-test-"))
os.environ.setdefault("BRAID_SECRET_KEY", "only-for-tests")
os.environ.setdefault("PGOPTIONS", "-c synchronous_commit=off")  # a server that loses power is no part of any test

from .settings import *  # noqa: F403
from .settings import STATIC_ROOT, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
EMAIL_BACKEND = os.environ.get("BRAID_TEST_EMAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend")
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
