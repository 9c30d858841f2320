"""Makes the secrets docker-compose.yml reads, once. Never overwrites one: losing a key loses what it protects.

python3 deploy/make_secrets.py [FOLDER]
"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

HOST, DATABASE = "postgres:5432", "servicedesk"
ROLES = {
    "database_url": "servicedesk_app",
    "database_owner_url": "servicedesk_owner",
    "database_watch_url": "servicedesk_watch",
}


def main(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    password = keep(folder / "postgres_password", secrets.token_urlsafe(32))
    keep(folder / "admin_database_url", f"postgresql://postgres:{password}@{HOST}/postgres")
    keep(folder / "secret_key", secrets.token_urlsafe(64))
    for name, role in ROLES.items():
        keep(folder / name, f"postgresql://{role}:{secrets.token_urlsafe(32)}@{HOST}/{DATABASE}")


def keep(file: Path, value: str) -> str:
    """Readable to the containers' users through the mount, to nobody else on the machine: the folder is closed."""
    if not file.exists():
        file.write_text(value)
        file.chmod(0o444)
    return file.read_text()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent / "secrets")
