"""Settings: everything comes from the environment or from `settings.env` in the data folder; the defaults run as they are."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from .logs import configure

VAR = Path(os.environ.get("BRAID_VAR", "var")).resolve()
"""The data folder: database, files, spool, secret key. All state lies below it."""

env = environ.Env()
if (VAR / "settings.env").exists():
    environ.Env.read_env(str(VAR / "settings.env"))

DEBUG = env.bool("BRAID_DEBUG", default=False)


def _secret_key() -> str:
    """The key from the environment, else one made once and kept in the data folder, readable by its owner only."""
    key: str = env.str("BRAID_SECRET_KEY", default="")
    kept = VAR / "secret_key"
    if not key and kept.exists():
        key = kept.read_text().strip()
    if not key:
        key = secrets.token_urlsafe(50)
        VAR.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return kept.read_text().strip()
        with os.fdopen(descriptor, "w") as file:
            file.write(key)
    return key


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.list("BRAID_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("BRAID_ORIGINS", default=[])
BEHIND_TLS = env.bool("BRAID_TLS", default=False)

FEDERATION_NAME = env.str("BRAID_NAME", default="Braid")
FEDERATION_ACCENT = env.str("BRAID_ACCENT", default="")
FEDERATION_LOGO = env.str("BRAID_LOGO", default="")
EXIT_URL = env.str("BRAID_EXIT_URL", default="https://www.weather.com.cn/")
"""Where the Exit button leads: a page that tells nothing about the one she left."""
STYLEGUIDE = env.bool("BRAID_STYLEGUIDE", default=DEBUG)
"""Whether `/styleguide/` shows every component."""

INSTALLED_APPS = [
    # our own before those of others, so that our templates and our words are found first
    "braid.kernel",
    "braid.units",
    "braid.people",
    "braid.journal",
    "braid.contact",
    "braid.work",
    "braid.home",
    "braid.insight",
    "braid.config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "lucide",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "braid.home.hot.HotPageMiddleware",
    "braid.config.api.ApiMiddleware",
    "braid.contact.middleware.ReceiptMiddleware",
    "braid.contact.voting.VoteMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "braid.people.middleware.PersonMiddleware",
    "braid.kernel.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "braid.config.urls"
WSGI_APPLICATION = "braid.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "django.templatetags.i18n", "django.templatetags.static"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "braid.kernel.context.federation",
            ],
        },
    }
]

COTTON_ISOLATE_BY_DEFAULT = True
"""A component sees its own attributes and what context processors give, never its caller's variables."""

DATABASE_URL = env.str("DATABASE_URL", default=f"sqlite:///{VAR / 'braid.sqlite3'}")
if not DATABASE_URL.startswith(("sqlite:///", "postgres://", "postgresql://")):
    raise ImproperlyConfigured(
        "DATABASE_URL must begin with sqlite:/// or postgres://, as in postgres://braid@127.0.0.1/braid."
    )
DATABASES = {"default": environ.Env.db_url_config(DATABASE_URL)}
DATABASES["default"]["CONN_MAX_AGE"] = None
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;"
            "PRAGMA cache_size=-32000; PRAGMA mmap_size=268435456;"
        ),
    }
else:
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("prepare_threshold", 5)  # of `kernel.prepared` alone
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_IN_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
CACHES = {
    "default": {"BACKEND": _IN_MEMORY, "OPTIONS": {"MAX_ENTRIES": 5000}},
    "template_fragments": {"BACKEND": _IN_MEMORY, "LOCATION": "fragments", "OPTIONS": {"MAX_ENTRIES": 500}},
}
"""Fragments are what many pages have in common, kept under all that they show, so that none is ever old."""

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["braid.people.backends.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "braid.people.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = LOGOUT_REDIRECT_URL
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",  # a whole village may share one address
    "login_failed": "5/5m/key",  # the key is account and address together: nobody locks out her neighbours
    "login_failed_account": "100/h/key",  # one account, from all addresses
    "request_login_code": "600/m/ip,3/10m/key",  # the key is account and address together here too
    "request_login_code_account": "60/h/key",  # one account, from all addresses: more than one address can use up
    "reset_password": "100/m/ip,5/h/key",
    "reset_password_from_key": "300/m/ip",
    "signup": "20/m/ip",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {
    "confirm_login_code": "braid.people.forms_signin.SentCodeForm",
    "request_login_code": "braid.people.forms_signin.CodeRequestForm",
    "reset_password_from_key": "braid.people.forms_signin.LinkForm",
}
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_FORMAT = ACCOUNT_PHONE_VERIFICATION_CODE_FORMAT = {"numeric": True, "length": 8}
ACCOUNT_REAUTHENTICATION_REQUIRED = True

MFA_ADAPTER = "braid.people.adapter.MfaAdapter"
MFA_FORMS = {
    "add_webauthn": "braid.people.forms_signin.PasskeyForm",
    "authenticate": "braid.people.forms_signin.AppCodeForm",
    "reauthenticate": "braid.people.forms_signin.AppCodeAgainForm",
}
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # officers open accounts and enter the addresses: nobody can squat on another's
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # cheap phones' clocks are off by half a minute
MFA_RATE_LIMITS = {"webauthn_login": "600/m/ip"}  # a passkey cannot be guessed; the village shares an address

SOCIALACCOUNT_ADAPTER = "braid.people.adapter.OidcAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
OIDC_URL = env.str("BRAID_OIDC_URL", default="")
"""The issuer of an OpenID Connect provider people may sign in with; empty: there is none."""
OIDC_NAME = env.str("BRAID_OIDC_NAME", default="OpenID")
OIDC_CLIENT = env.str("BRAID_OIDC_CLIENT", default="")
OIDC_SECRET = env.str("BRAID_OIDC_SECRET", default="")
OIDC_TRUSTS_EMAIL = env.bool("BRAID_OIDC_TRUSTS_EMAIL", default=False)
OIDC_APP = {
    "provider_id": "federation",
    "name": OIDC_NAME,
    "client_id": OIDC_CLIENT,
    "secret": OIDC_SECRET,
    "settings": {"server_url": OIDC_URL, "email_authentication": OIDC_TRUSTS_EMAIL},
}
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [OIDC_APP] if OIDC_URL else []}}

ALLAUTH_TRUSTED_PROXY_COUNT = env.int("BRAID_PROXIES", default=0)
"""How many of our own proxies stand in front; their word about a client's address is believed."""
TERM_YEARS = env.int("BRAID_TERM_YEARS", default=5)
"""How long a term lasts from one congress of a unit to the next, unless planned otherwise."""
REMINDER_PAUSE_HOURS = env.int("BRAID_REMINDER_PAUSE_HOURS", default=24)
"""How long nobody is told of the same notice again."""
MOST_REMINDERS = env.int("BRAID_MOST_REMINDERS", default=3)
"""Reminders of one notice."""
PHONE_COUNTRY_CODE = env.str("BRAID_PHONE_COUNTRY_CODE", default="86")
DEMO_LINKS = env.bool("BRAID_DEMO_LINKS", default=False)
"""Whether sign-in links of the demo work: set by `braid demo` only, and even then only on this machine."""

LANGUAGE_CODE = env.str("BRAID_LANGUAGE", default="en")
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("zh-hant", _("Traditional Chinese")), ("en", _("English"))]
TIME_ZONE = env.str("BRAID_TIME_ZONE", default="Asia/Shanghai")
USE_TZ = True

LOGGING = configure(as_json=env.bool("BRAID_LOG_JSON", default=not sys.stderr.isatty()))

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
MEDIA_ROOT = VAR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"},
}
MOST_IMAGE_MB = env.int("BRAID_MOST_IMAGE_MB", default=20)
"""How large a picture may be that somebody brings; what is kept of it is far smaller."""
MOST_FILE_MB = env.int("BRAID_MOST_FILE_MB", default=10)
"""How large any other file may be: it is kept as it is."""
SPOOL = VAR / "spool"
"""Receipts and votes that were answered and are not in the database yet."""
SALTS = VAR / "salts"
"""The salt of today's network marks (`contact.networks`): in no backup, gone tomorrow."""

EMAIL_CONFIG = env.email_url("BRAID_EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("BRAID_EMAIL_FROM", default="braid@localhost")
EMAIL_TIMEOUT = 20
SMS_BACKEND = env.str("BRAID_SMS_BACKEND", default="braid.kernel.sms.ConsoleSms")
"""Dotted path of the class that sends text messages: `send(number, text)`."""
SMS_URL = env.str("BRAID_SMS_URL", default="")
SMS_TOKEN = env.str("BRAID_SMS_TOKEN", default="")
"""Where and with which token `braid.kernel.sms.HttpSms` posts text messages."""
APPRISE_URL = env.str("BRAID_APPRISE_URL", default="")
"""A service as Apprise writes it, with `{to}` where what a person typed goes; needs the package of that name."""
APPRISE_NAME = env.str("BRAID_APPRISE_NAME", default="")
"""How people call that service."""
PRIVATE_HOSTS = env.list("BRAID_PRIVATE_HOSTS", default=[])
"""Hosts inside the own network that may be posted to; everything else must be public and have TLS."""
SITE_URL = env.str("BRAID_URL", default="")
"""The address people open, for links in messages; empty: the first of the origins or hosts."""

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "braid.kernel.views.expired_form"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
