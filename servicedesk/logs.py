"""One line of JSON per event, with the request's id, without secrets or personal data."""

from __future__ import annotations

import logging.config
from typing import Any

import structlog

SECRETS = ("password", "secret", "token", "cookie", "authorization", "csrf", "key", "otp", "code", "phone", "email")


def without_secrets(logger: object, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A last net below the rule of logging ids and words only."""
    return {
        name: "[hidden]" if any(word in name.lower() for word in SECRETS) else value for name, value in event.items()
    }


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    without_secrets,
]


def configure(options: dict[str, Any]) -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(configuration(options["level"]))


def configuration(level: str) -> dict[str, Any]:
    """The standard library's loggers, ours and everybody else's, through the one formatter. gunicorn takes it as is."""
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [*SHARED, structlog.processors.format_exc_info],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            # A 404 or a refusal is the person's business, and in the audit trail where it matters.
            "django.request": {"level": "ERROR"},
            "django.security": {"level": "ERROR"},
            "gunicorn.error": {"propagate": True, "handlers": []},
            "celery.beat": {"level": "WARNING"},
        },
    }
