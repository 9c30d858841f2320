"""Packages of the system that no wheel brings. Root installs what is missing; anybody else is told exactly what to run.

Standard library only: this runs before the environment exists.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

BROWSERS = ("chromium-headless-shell", "chromium")  # the first draws the same pages with a quarter less processor


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _makes_environments() -> bool:
    return find_spec("ensurepip") is not None and find_spec("venv") is not None


@dataclass(frozen=True)
class Package:
    name: str
    is_there: Callable[[], bool]


VENV = Package("python3-venv", _makes_environments)
LIBRARIES = (  # what PDF files are drawn with
    Package("libpango-1.0-0", lambda: _loads("libpango-1.0.so.0")),
    Package("libpangoft2-1.0-0", lambda: _loads("libpangoft2-1.0.so.0")),
    Package("libharfbuzz-subset0", lambda: _loads("libharfbuzz-subset.so.0")),
)
BROWSER = (  # only the tests drive one
    Package(BROWSERS[0], lambda: any(map(shutil.which, BROWSERS))),
    Package("libatomic1", lambda: _loads("libatomic.so.1")),  # for the driver, which nothing else needs
)


def provide(*wanted: Package) -> list[str]:
    """Install what is missing where that is allowed; returns the names of what is still missing."""
    missing = [package.name for package in wanted if not package.is_there()]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {', '.join(missing)} …", flush=True)
        _install(missing)
        return []
    return missing


def command_for(missing: list[str]) -> str:
    return f"sudo apt-get install --no-install-recommends {' '.join(missing)}"


def _install(names: list[str]) -> None:
    words = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *names]
    if _apt(words).returncode == 0:
        return
    _apt(["apt-get", "update", "--quiet"])  # a fresh machine knows no packages yet
    done = _apt(words)
    if done.returncode:
        sys.exit(f"apt-get could not install {', '.join(names)}:\n{done.stdout[-2000:]}")


def _apt(words: list[str]) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
