"""`python -m servicedesk.probe web | work | watch | deadlines | beat`: 0 when that process is well. For containers.

Loads neither Django's apps nor Celery, so that asking every half minute costs next to nothing.
"""

from __future__ import annotations

import os
import socket
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import psycopg2

from servicedesk import env

LATE = 90  # seconds; a heartbeat comes every 15
HERE = f"deadlines {socket.gethostname()[:12]}:%"  # a copy of the watch is asked about itself
ASKED = {"work": ("work",), "watch": ("watch",), "beat": ("work", "watch"), "deadlines": (HERE,)}
FRESH = """
SELECT count(*) FROM servicedesk_heartbeat WHERE name LIKE ANY(%s) AND at > now() - make_interval(secs => %s)
"""


def web_is_well() -> bool:
    request = urllib.request.Request(
        f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/livez",
        headers={"Host": urlsplit(env.url("SITE_URL", schemes=("http", "https"))).netloc},
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 (our own address)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def beats_are_fresh(names: tuple[str, ...]) -> bool:
    """Beat is well when anybody still hears it."""
    url = env.url("DATABASE_URL", schemes=("postgresql", "postgres"))
    try:
        with psycopg2.connect(url, connect_timeout=5) as connection, connection.cursor() as cursor:
            cursor.execute(FRESH, [list(names), LATE])
            return bool(cursor.fetchone()[0])
    except psycopg2.Error:
        return False


def main(name: str) -> int:
    return int(not (web_is_well() if name == "web" else beats_are_fresh(ASKED[name])))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
