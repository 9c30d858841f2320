"""`make check`: what can be said about the code without running it. All checks run; the answer is one exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent  # the environment's


def typed() -> list[str]:
    """Where types carry meaning: the arithmetic of promises, who may, and what changes rows."""
    patterns = (
        "servicedesk/sla",
        "servicedesk/clocks/*.py",
        "contracts/*.py",
        "tickets/*.py",
        "**/services",
        "**/permissions.py",
    )
    return sorted(
        {
            str(path.relative_to(PROJECT))
            for pattern in patterns
            for path in PROJECT.glob(pattern)
            if not {".venv", "node_modules", "var"}.intersection(path.relative_to(PROJECT).parts)
        }
    )


CHECKS: dict[str, list[object]] = {
    "lint": [BIN / "ruff", "check", "."],
    "format": [BIN / "ruff", "format", "--check", "--quiet", "."],
    "types": [BIN / "mypy", *typed()],
    "imports": [BIN / "lint-imports", "--no-logo", "--cache-dir", "var/imports"],
    "branches": [sys.executable, "scripts/branches.py"],
    "migrations": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
    "settings": [sys.executable, "manage.py", "check"],
    "texts": [sys.executable, "scripts/messages.py", "check"],
}


def run(name: str) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in CHECKS[name]]
    env = {**os.environ, "STAGE": "development", "LOG_LEVEL": "WARNING"}
    return subprocess.run(words, cwd=PROJECT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def main() -> int:
    failed = False
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, done in zip(CHECKS, pool.map(run, CHECKS), strict=True):
            print(f"{name:<12}{'ok' if done.returncode == 0 else 'FAILED'}", flush=True)
            if done.returncode:
                failed = True
                print(done.stdout.rstrip(), flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
