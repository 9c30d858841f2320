"""Seals addresses and keys of receivers, so that a copy of the database alone gives none of them away.

The key is derived from SECRET_KEY; SECRET_KEY_FALLBACKS still open what an earlier key has sealed. Whoever has both the
database and the settings can open them, which is the point: the deliverer must.
"""

from __future__ import annotations

import base64
import hashlib
import json

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

PURPOSE = b"servicedesk.notices.receiver:"


def seal(url: str, secret: str) -> str:
    return _keys().encrypt(json.dumps([url, secret]).encode()).decode()


def unseal(sealed: str) -> tuple[str, str]:
    url, secret = json.loads(_keys().decrypt(sealed.encode()))
    return url, secret


def _keys() -> MultiFernet:
    words = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(PURPOSE + word.encode()).digest() for word in words]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
