"""A Django project as `startproject` makes it, on the same database."""

from .settings import *  # noqa: F403
from .settings import DATABASES, INSTALLED_APPS

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # the apps of the product do not start without it
]
ROOT_URLCONF = "bench.stock"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES["default"].pop("CONN_MAX_AGE")
DATABASES["default"]["OPTIONS"] = {"timeout": 20} if "sqlite" in DATABASES["default"]["ENGINE"] else {}
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
INSTALLED_APPS = [name for name in INSTALLED_APPS if name.startswith(("django.contrib", "allauth", "braid.", "bench."))]
