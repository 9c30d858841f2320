"""Django's cache in Valkey, with one client for as long as its thread lives: to make one fills a table of 169 commands,
for each word that is read or written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class Client(RedisCacheClient):
    @cached_property
    def _kept(self) -> Any:
        return super().get_client(write=True)

    def get_client(self, key: object = None, *, write: bool = False) -> Any:
        return self._kept

    def set_many(self, data: Mapping[str, Any], timeout: int | None) -> None:
        """In one message, each with its end; nobody reads them as a whole, so they need no transaction."""
        with self._kept.pipeline(transaction=False) as line:
            for key, value in data.items():
                line.set(key, self._serializer.dumps(value), ex=timeout)
            line.execute()


class Cache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = Client
