"""Loaded before Django's settings: gives the tests their PostgreSQL and Valkey, and stops what it started.

With pytest-xdist the controller starts them and the workers inherit the environment.
"""

import os
import sys
from contextlib import ExitStack
from pathlib import Path

_stack = ExitStack()


def pytest_addoption() -> None:
    """The first hook there is: pytest-django reads the settings soon after."""
    keep_compiled()
    os.environ["STAGE"] = "test"
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs a loop in the tests' own thread
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    from servicedesk.embedded import servers

    var = Path(__file__).resolve().parent.parent / "var" / "test"
    environment, running = _stack.enter_context(servers(var, fast=True))
    os.environ.update(environment)
    for server in running:
        if hasattr(server, "admin"):
            os.environ["TESTS_ADMIN_URL"] = server.admin  # conftest.py empties the tables by it
    os.environ["DATA_DIR"] = str(var / "data")


def keep_compiled() -> None:
    """A machine may say that nothing compiled is kept: two thirds of what collecting the tests takes would be compiling
    them, in each worker, and of each process that a test starts a second or two."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def pytest_unconfigure() -> None:
    _stack.close()
