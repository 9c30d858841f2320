"""The server's sessions with the database, handed on from request to request.

A browser's every socket has a thread of its own, whose connection ends with the request; a new one would have to learn
anew what each table is. The product keeps its connections likewise.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from select import select
from typing import Any

import pytest
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

_idle: defaultdict[str, list[Any]] = defaultdict(list)
_connect, _close = DatabaseWrapper.get_new_connection, DatabaseWrapper._close


def _is_of_the_server() -> bool:
    return "process_request_thread" in threading.current_thread().name


def _take(wrapper: DatabaseWrapper, wanted: dict[str, Any]) -> Any:
    with suppress(IndexError):  # none is left
        while _is_of_the_server():
            if not _has_ended(one := _idle[repr(wanted)].pop()):
                return one
    return _connect(wrapper, wanted)


def _has_ended(connection: Any) -> bool:
    """A test may end the sessions of others; one that is idle has nothing to say but that."""
    return bool(select([connection], [], [], 0)[0])


def _give_back(wrapper: DatabaseWrapper) -> None:
    connection = wrapper.connection
    if connection and _is_of_the_server() and connection.get_transaction_status() == TRANSACTION_STATUS_IDLE:
        _idle[repr(wrapper.get_connection_params())].append(connection)
    else:
        _close(wrapper)


@contextmanager
def handed_on() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseWrapper, "get_new_connection", _take)
        patch.setattr(DatabaseWrapper, "_close", _give_back)
        yield
    end_all()


def end_all() -> None:
    for connections in _idle.values():
        while connections:
            connections.pop().close()
