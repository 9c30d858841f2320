"""The one settings file. Everything that differs between machines comes from the environment, see .env.example."""

from pathlib import Path

from servicedesk import env

BASE_DIR = Path(__file__).resolve().parent.parent
STAGES = ("production", "demo", "test", "development")

# ── who and where ────────────────────────────────────────────────────────────────────────────────────────────────────
STAGE = env.choice("STAGE", "production", STAGES)
IN_PRODUCTION = STAGE == "production"
DEBUG = env.flag("DEBUG", False)
INSECURE_SECRET_KEY = "insecure-key-for-demo-and-tests-only-0123456789abcdefghijklmnop"  # noqa: S105 - production refuses it
SECRET_KEY = env.text("SECRET_KEY", INSECURE_SECRET_KEY)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "" if IN_PRODUCTION else "localhost,127.0.0.1,testserver")
SITE_URL = env.url("SITE_URL", "http://localhost:8000", schemes=("http", "https"))
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# Who may read the metrics and the details of health: this machine, and the monitoring's networks.
INTERNAL_ADDRESSES = env.networks("INTERNAL_ADDRESSES", "127.0.0.1/32,::1/128")
# What the product keeps outside the database: uploads, anchors of the audit trail, backups.
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "var" / "data"))).resolve()

# ── rooms ────────────────────────────────────────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "servicedesk.ui",
    "servicedesk.tenancy",
    "servicedesk.audit",
    "servicedesk.notices",
    "servicedesk.files",
    "servicedesk.accounts",
    "servicedesk.clocks",
    "contracts",
    "tickets",
    "servicedesk",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "simple_history",
    "template_partials",
]

MIDDLEWARE = [
    "servicedesk.ui.middleware.request_id",
    "servicedesk.metrics.measured",
    "django.middleware.security.SecurityMiddleware",
    "servicedesk.ui.middleware.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "servicedesk.accounts.middleware.machines",
    "servicedesk.accounts.middleware.language",
    "servicedesk.accounts.middleware.only_news",
    "servicedesk.accounts.middleware.session_limits",
    "servicedesk.audit.middleware.denials",
    "servicedesk.tenancy.middleware.Wall",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "tickets.handing.HandedOver",
    "servicedesk.accounts.middleware.PasswordAge",
    "servicedesk.accounts.middleware.SecondFactor",
    "servicedesk.accounts.middleware.SupportOnRecord",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "servicedesk.urls"
WSGI_APPLICATION = "servicedesk.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "servicedesk.navigation.shell",
            ],
            "builtins": ["django.templatetags.i18n", "servicedesk.ui.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# ── database: three roles, see docs/adr/0002 ─────────────────────────────────────────────────────────────────────────
DATABASES = {
    alias: settings
    for alias, settings in {
        "default": env.database("DATABASE_URL"),
        "owner": env.database("DATABASE_OWNER_URL"),
        "watch": env.database("DATABASE_WATCH_URL"),
    }.items()
    if settings
}
# What is said with every report keeps its plan on the connection (tenancy/plans.py).
PREPARED_STATEMENTS = env.flag("PREPARED_STATEMENTS", True)
DATABASE_ROUTERS = ["servicedesk.tenancy.router.OneSchemaOwner"]

# ── background work ──────────────────────────────────────────────────────────────────────────────────────────────────
REDIS_URL = env.url("REDIS_URL", "", schemes=("redis", "rediss", "unix"))
# Who is looking at a page now stands in Valkey, where every server finds it and nothing is lost with it. What signing
# in counts stays in the process: it must not wait for Valkey.
IN_THE_PROCESS = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
IN_VALKEY = {"BACKEND": "servicedesk.valkey.Cache", "LOCATION": REDIS_URL, "KEY_PREFIX": "desk",
             "OPTIONS": {"socket_timeout": 0.5}}  # fmt: skip
CACHES = {"default": IN_THE_PROCESS, "presence": IN_VALKEY if REDIS_URL else IN_THE_PROCESS | {"LOCATION": "presence"}}
# Celery spells a socket differently from the redis client.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = "work"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600, "socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.2}
CELERY_TIMEZONE = "Asia/Shanghai"

# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_PROFILE = env.choice("PASSWORD_PROFILE", "dengbao", ("dengbao", "asvs"))
AUTH_PASSWORD_VALIDATORS = [{"NAME": "servicedesk.accounts.passwords.ProfileValidator"}]
PROXY_COUNT = env.number("PROXY_COUNT", 0, high=5)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "servicedesk.accounts.adapter.InvitationOnly"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# accounts/services/tries.py counts failures, once and in PostgreSQL. A whole hospital may share one address.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
MFA_ADAPTER = "servicedesk.accounts.second_factor.EncryptedSecrets"
MFA_FORMS = {
    "authenticate": "servicedesk.accounts.second_factor.CodeAtSignIn",
    "reauthenticate": "servicedesk.accounts.second_factor.CodeAgain",
    "activate_totp": "servicedesk.accounts.second_factor.FirstCode",
    "add_webauthn": "servicedesk.accounts.second_factor.NewKey",
    "edit_webauthn": "servicedesk.accounts.second_factor.RenamedKey",
}
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IN_PRODUCTION
MFA_TOTP_ISSUER = "ServiceDesk"
USERSESSIONS_ADAPTER = "servicedesk.accounts.adapter.SessionsOnRecord"
USERSESSIONS_TRACK_ACTIVITY = False
SESSION_IDLE_MINUTES = env.number("SESSION_IDLE_MINUTES", 30, low=5, high=1440)
SESSION_HOURS = env.number("SESSION_HOURS", 12, low=1, high=168)
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "servicedesk.ui.views.errors.csrf_failure"

# ── language and time ────────────────────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]  # each in its own words
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# ── pages and their assets ───────────────────────────────────────────────────────────────────────────────────────────
HOTLINE = env.text("HOTLINE", "")  # shown at sign-in and on error pages
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "var" / "static"
WHITENOISE_USE_FINDERS = STAGE not in {"production", "test"}  # it reads every file once per handler
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IN_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = DATA_DIR / "files"
UPLOAD_MEGABYTES = env.number("UPLOAD_MEGABYTES", 25, low=1, high=1024)
UPLOAD_QUOTA_GIGABYTES = env.number("UPLOAD_QUOTA_GIGABYTES", 50, low=1, high=100_000)
CLAMAV_ADDRESS = env.text("CLAMAV_ADDRESS", "")  # unix:/run/clamav/clamd.ctl or tcp:host:port; empty: no scanner
# Django refuses a body above this before a view sees it; a few form fields beside the file.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "servicedesk.files.arriving.NamelessUploadHandler",
]

# ── transport security ───────────────────────────────────────────────────────────────────────────────────────────────
HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY_COUNT else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# ── outgoing ─────────────────────────────────────────────────────────────────────────────────────────────────────────
EMAIL_HOST = env.text("EMAIL_HOST", "")
EMAIL_PORT = env.number("EMAIL_PORT", 25, low=1, high=65535)
EMAIL_HOST_USER = env.text("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "servicedesk@localhost")
# Loopback, link-local and metadata addresses and our own servers' ports, as exact host:port: an organisation that lists
# one reaches it only when the operator names it here too. See notices/wire.py.
LOCAL_TARGETS = env.words("LOCAL_TARGETS")
KEEP_MESSAGES_DAYS = env.number("KEEP_MESSAGES_DAYS", 180, low=1, high=36500)  # sent ones, and notices that were read

# ── API ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
API_REQUESTS_PER_MINUTE = env.number("API_REQUESTS_PER_MINUTE", 1200, low=1, high=1_000_000)  # of one token
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "servicedesk.tenancy.api_doors.as_problem",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Service desk",
    "VERSION": "1",
    "DESCRIPTION": "Tickets, contracts and people for the programs of a hospital or a vendor. Every refusal is a "
    "problem (RFC 9457) whose detail is the sentence a person would read on the page. docs/api.md says more.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SECURITY": [{"token": []}, {"session": []}],
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": "session"},
        }
    },
    "AUTHENTICATION_WHITELIST": [],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {"TicketState": "tickets.enums.State", "SideEnum": "tickets.models.stream.SIDES"},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "servicedesk.tenancy.api_schema.only_listed_fields",
        "servicedesk.tenancy.api_schema.needed_scopes",
    ],
}

# ── records ──────────────────────────────────────────────────────────────────────────────────────────────────────────
SIMPLE_HISTORY_ENABLED = True
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING_CONFIG = "servicedesk.logs.configure"
LOGGING = {"level": LOG_LEVEL}
