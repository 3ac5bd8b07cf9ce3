"""Django's settings. They load without secrets; what a hall has is in its folder.

``HUIGUAN_OFFICE_DATA`` names the office's folder; without one (checks, types) nothing is kept.
``DATABASE_URL`` names a PostgreSQL server; without it the database is a file in the folder.
``HUIGUAN_PERSON_KEYS`` names a folder for the keys of persons, other than beside the database.
``HUIGUAN_OFFICE_REACH`` says who can come: ``loopback``, ``tls`` or ``open`` (without TLS).
"""

from __future__ import annotations

import os
from pathlib import Path

from huiguan.office.config.keeping import DOOR_KEY_NAME, fresh_key, secret_key
from huiguan.office.config.place import PERSON_KEYS_NAME, person_keys
from huiguan.office.config.stores import URL_NAME, store

_data = os.environ.get("HUIGUAN_OFFICE_DATA")
_reach = os.environ.get("HUIGUAN_OFFICE_REACH", "loopback")
_tls = _reach == "tls"

DEBUG = False
SECRET_KEY = secret_key(Path(_data)) if _data else fresh_key()
DOOR_SECRET = secret_key(Path(_data), DOOR_KEY_NAME) if _data else fresh_key()  # keys at the doors
HALL_FOLDER = str(Path(_data).parent) if _data else ""  # where its days and its market are
PERSON_KEYS = str(person_keys(Path(_data))) if _data else os.environ.get(PERSON_KEYS_NAME, "")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"] if _reach == "loopback" else ["*"]
ROOT_URLCONF = "huiguan.office.config.urls"
INSTALLED_APPS = [
    "django.contrib.contenttypes",  # auth asks for it
    "django.contrib.auth",
    "django.contrib.sessions",
    "huiguan.office.persons",
    "huiguan.office.people",
    "huiguan.office.days",
    "huiguan.office.ledger",
    "huiguan.office.circulars",
    "huiguan.office.members",
    "huiguan.office.register",
    "huiguan.office.warehouse",
    "huiguan.office.display",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "huiguan.office.config.security.fixed_policy",
    "huiguan.office.config.security.told",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "huiguan.office.display.preferences.choosing",
    "huiguan.office.config.bounds.bounded",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "huiguan.office.display.templatetags.spoken",
                "huiguan.office.days.templatetags.figured",
            ],
            "context_processors": ["huiguan.office.people.pages.gate.who"],
        },
    }
]
DATABASES = {"default": store(Path(_data) if _data else None, os.environ.get(URL_NAME, ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_I18N = False  # a text is found by its English (ADR 0016)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"faults": {"()": "huiguan.office.config.security.OnlyFaults"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "filters": ["faults"]},
        "told": {"class": "logging.StreamHandler"},
    },
    "loggers": {
        "huiguan.office": {"handlers": ["told"], "level": "WARNING"},
        "django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},  # anybody's word
    },
}

# Django 6 has these names; ``config.security`` reads them until then.
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "connect-src": ["'self'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECOND_FACTOR_ASKED = os.environ.get("HUIGUAN_OFFICE_SECOND_FACTOR") == "asked"  # of staff
AUTH_USER_MODEL = "people.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 12}),
        ("UserAttributeSimilarityValidator", {"user_attributes": ("name",)}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "session", "form"
SESSION_COOKIE_AGE = 12 * 3600  # a working day from the sign-in, however long the browser is open
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "huiguan.office.people.pages.gate.forged"
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024  # no form here is longer
LONGEST_REQUEST = 9 * 1024 * 1024  # a statement of a bank and its form
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _tls
SECURE_HSTS_SECONDS = 365 * 86_400 if _tls else 0
SILENCED_SYSTEM_CHECKS = (
    [
        "security.W005",  # other names of the domain are not ours to decide
        "security.W021",  # nor is the browsers' own list
    ]
    if _tls
    else [
        "security.W004",  # without TLS there is nothing to insist on
        "security.W008",
        "security.W012",
        "security.W016",
    ]
)
