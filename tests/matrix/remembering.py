"""Who is knocking is read once: a knock is taken back, so the next one would find the very same rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.db import SessionStore

from tests.matrix.principals import Principal

_session, _user = SessionStore._get_session_from_db, ModelBackend.get_user


@contextmanager
def remembered(principals: list[Principal]) -> Iterator[None]:
    sessions = {one.session: _session(SessionStore(one.session)) for one in principals if one.session}
    users = {one.user_id: _user(ModelBackend(), one.user_id) for one in principals if one.user_id}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SessionStore, "_get_session_from_db",
                      lambda store: sessions.get(store.session_key) or _session(store))  # fmt: skip
        patch.setattr(ModelBackend, "get_user",
                      lambda backend, key: deepcopy(users[key]) if key in users else _user(backend, key))  # fmt: skip
        yield
