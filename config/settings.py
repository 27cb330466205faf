"""All of Kith's settings, read once from the environment (README: *Configure*).

Production is the default. `make run` sets `KITH_LOCAL=1`: plain http on this machine, everything else the same.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from phonenumbers import SUPPORTED_REGIONS

from config import env, logs, secrets_file
from config.servers import cache_url, database_settings, redis_url

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
KITH_DATA = env.folder("KITH_DATA", BASE_DIR / ".data")
LOCAL = env.flag("KITH_LOCAL")
TESTING = env.flag("KITH_TESTING")
DEBUG = False

# --- Where it is reached ---------------------------------------------------------------------------------------
HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", 8000, least=1, most=65535)
BASE_URL = env.text("BASE_URL", f"http://localhost:{PORT}").rstrip("/")
if urlsplit(BASE_URL).scheme not in {"http", "https"} or not urlsplit(BASE_URL).hostname:
    raise ImproperlyConfigured(
        f"BASE_URL is {BASE_URL!r}. Set it to the address people use, as https://kith.example.com."
    )
SECURE = not LOCAL  # cookies, redirect and HSTS for https; only `make run` on http://localhost goes without
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS",
    [str(urlsplit(BASE_URL).hostname), *(["localhost", "127.0.0.1", "[::1]"] if LOCAL else [])],
)
CSRF_TRUSTED_ORIGINS = [BASE_URL]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = None
APPEND_SLASH = True

# --- Secrets ---------------------------------------------------------------------------------------------------
_external = bool(env.text("DATABASE_URL"))
SECRET_KEY = secrets_file.secret("SECRET_KEY", KITH_DATA, shared=_external)
ENCRYPTION_KEYS = secrets_file.keys("ENCRYPTION_KEYS", KITH_DATA, shared=_external)

# --- Applications ----------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config",
    "jobs",
    "organizations",
    "books",
    "contacts",
    "sync",
    "django.contrib.admin.apps.SimpleAdminConfig",  # rooms register their models themselves (organizations.admin_site)
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "guardian",
    "django_htmx",
    "heroicons",
]
MIDDLEWARE = [
    "config.middleware.RequestLog",
    "config.middleware.CompressedPages",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "organizations.session_middleware.SignedIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "organizations.session_middleware.SessionLife",
    "organizations.session_middleware.PersonalTime",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.PrivateResponses",
    "organizations.middleware.CurrentOrganization",
    "organizations.session_middleware.DemandedSecondFactor",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["config.template_loading.LeanLoader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.csp",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
            ],
            "builtins": [
                "django.templatetags.static",
                "django.templatetags.i18n",
                "config.templatetags.icons",
                "config.templatetags.kept",  # the last: it keeps what tags of the others render
            ],
            "string_if_invalid": "!!undefined %s!!" if TESTING else "",
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database --------------------------------------------------------------------------------------------------
DATABASES = {"default": database_settings(KITH_DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Broker and cache ------------------------------------------------------------------------------------------
REDIS_URL = redis_url(KITH_DATA)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": cache_url(REDIS_URL),
        "KEY_PREFIX": "kith",
        # A hung cache must not hang a page.
        "OPTIONS": {"serializer": "config.cache.JsonSerializer", "socket_timeout": 2, "socket_connect_timeout": 2},
    }
}

# --- People and sessions ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "organizations.User"
AUTHENTICATION_BACKENDS = [
    "organizations.signed_in.PeopleBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/contacts/"
LOGOUT_REDIRECT_URL = "account_login"

ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
GUARDIAN_GROUP_OBJ_PERMS_MODEL = "organizations.UnusedTeamPermission"

SIGN_UP_OPEN = env.flag("SIGN_UP_OPEN", default=True)  # may strangers start an organization here?
ACCOUNT_ADAPTER = "organizations.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "signup": "organizations.forms.SignupForm",
    "reset_password": "organizations.forms.ResetPasswordForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(BASE_URL).scheme
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
MFA_ADAPTER = "organizations.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "authenticate": "organizations.second_factor_forms.AuthenticateForm",
    "reauthenticate": "organizations.second_factor_forms.ReauthenticateForm",
    "activate_totp": "organizations.second_factor_forms.ActivateTOTPForm",
    "add_webauthn": "organizations.second_factor_forms.AddPasskeyForm",
    "edit_webauthn": "organizations.second_factor_forms.EditPasskeyForm",
    "authenticate_webauthn": "organizations.second_factor_forms.AuthenticatePasskeyForm",
    "login_webauthn": "organizations.second_factor_forms.LoginPasskeyForm",
    "reauthenticate_webauthn": "organizations.second_factor_forms.ReauthenticatePasskeyForm",
}
USERSESSIONS_ADAPTER = "organizations.sessions.SessionsAdapter"
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES", 0, most=10)

SESSION_ENGINE = "config.session_store"  # not in the broker's Valkey, which may be flushed
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # names of contacts end with the session
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"

# --- Headers ---------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "manifest-src": [CSP.SELF],
}

# --- Language and time -----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_REGION = env.text("DEFAULT_REGION", "US").upper()
if DEFAULT_REGION not in SUPPORTED_REGIONS:
    raise ImproperlyConfigured(f"DEFAULT_REGION is {DEFAULT_REGION!r}. Set it to an ISO 3166 code such as US or DE.")

# --- Files -----------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = None if TESTING else KITH_DATA / "static"  # tests serve the sources, and need no collectstatic
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.folder("FILES_DIR", KITH_DATA / "files")
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_PERMISSIONS = 0o600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static.HashedStaticFiles"},
}
WHITENOISE_MAX_AGE = 60
WHITENOISE_USE_FINDERS = TESTING
IMPORT_MAX_BYTES = env.number("IMPORT_MAX_MB", 500, least=1, most=100_000) * 2**20
AVATAR_MAX_BYTES = 10 * 2**20
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
# A request's body must begin to arrive at a fair pace after so long (config/web/limits.py).
REQUEST_SECONDS = env.number("REQUEST_SECONDS", 30, least=1, most=3600)

# --- Mail ------------------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", f"Kith <kith@{urlsplit(BASE_URL).hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAILERS: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": env.text("EMAIL_HOST"),
            "port": env.number("EMAIL_PORT", 587, least=1, most=65535),
            "username": env.text("EMAIL_USER"),
            "password": env.text("EMAIL_PASSWORD"),
            "use_tls": env.flag("EMAIL_STARTTLS", default=True),
            "timeout": 10,
        },
    }
    if env.text("EMAIL_HOST")
    # Without a mail server, mail lands in a folder where the operator finds it.
    else {
        "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "OPTIONS": {"file_path": str(KITH_DATA / "mail")},
    }
}
# The folder is meant: mail.E001 takes a file backend for a leftover of development.
SILENCED_SYSTEM_CHECKS = [] if env.text("EMAIL_HOST") else ["mail.E001"]

# --- Work in the background ------------------------------------------------------------------------------------
JOB_LEASE_SECONDS = env.number("JOB_LEASE_SECONDS", 60, least=1)
JOB_SWEEP_SECONDS = env.number("JOB_SWEEP_SECONDS", 5, least=1)

# --- Logs ------------------------------------------------------------------------------------------------------
LOGGING_CONFIG = "config.logs.configure"
LOGGING: dict[str, Any] = {"level": logs.level(env.text("LOG_LEVEL", "INFO")), "json": not LOCAL}
