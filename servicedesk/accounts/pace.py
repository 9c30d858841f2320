"""How many requests a machine may make in a minute. Counted in Valkey: wiped or gone, nobody is held up."""

from __future__ import annotations

import time
from functools import cache

import redis
import structlog
from django.conf import settings

MINUTE = 60
log = structlog.get_logger(__name__)


def seconds_to_wait(key: str) -> int:
    """0: go on. Counts this request."""
    minute, second = divmod(int(time.time()), MINUTE)
    try:
        with _valkey(settings.REDIS_URL).pipeline(transaction=False) as line:
            name = f"pace:{key}:{minute}"
            count, _ = line.incr(name).expire(name, 2 * MINUTE).execute()
    except (redis.RedisError, ValueError, OSError) as error:
        log.warning("pace_not_counted", error=type(error).__name__)
        return 0
    return MINUTE - second if count > settings.API_REQUESTS_PER_MINUTE else 0


@cache
def _valkey(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=0.3, socket_connect_timeout=0.3)
