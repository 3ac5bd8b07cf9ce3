"""Django's settings. They load without secrets; what a hall has is in its folder.

``HUIGUAN_OFFICE_DATA`` names the office's folder; without one (checks, types) nothing is kept.
``HUIGUAN_OFFICE_REACH`` says who can come: ``loopback``, ``tls`` or ``open`` (without TLS).
"""

from __future__ import annotations

import os
from pathlib import Path

from huiguan.office.config.keeping import fresh_key, secret_key

_data = os.environ.get("HUIGUAN_OFFICE_DATA")
_reach = os.environ.get("HUIGUAN_OFFICE_REACH", "loopback")
_tls = _reach == "tls"

DEBUG = False
SECRET_KEY = secret_key(Path(_data)) if _data else fresh_key()
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"] if _reach == "loopback" else ["*"]
ROOT_URLCONF = "huiguan.office.display.urls"
INSTALLED_APPS = ["huiguan.office.display"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "huiguan.office.config.security.fixed_policy",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "huiguan.office.display.preferences.choosing",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"builtins": ["huiguan.office.display.templatetags.spoken"]},
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(Path(_data) / "office.sqlite3") if _data else ":memory:",
        "CONN_MAX_AGE": 60,  # threads keep theirs: half as many pages again a second
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",  # a writer waits its turn; DEFERRED loses writes
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_I18N = False  # a text is found by its English (ADR 0016)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"faults": {"()": "huiguan.office.config.security.OnlyFaults"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "filters": ["faults"]}},
    "loggers": {
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
