"""Every branch of the arithmetic of promises is taken by a test that names what it proves; random cases come on top.

In a process of its own and without servers, so that the suite runs no slower for it.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import coverage
import pytest

PROJECT = Path(__file__).resolve().parents[1]
RANDOM = ("test_oracle.py", "test_laws.py", "test_purity.py")
ALONE = ["-q", "-o", "addopts=", "--noconftest", "-p", "no:django", "-p", "no:randomly", "-p", "no:cacheprovider"]


def main() -> int:
    os.chdir(PROJECT)
    sys.path.insert(0, str(PROJECT))
    measured = coverage.Coverage(branch=True, source=["servicedesk/sla"], data_file=None, config_file=False)
    measured.start()
    failed = pytest.main([*ALONE, *(f"--ignore=tests/sla/{name}" for name in RANDOM), "tests/sla"])
    measured.stop()
    table = io.StringIO()
    share = measured.report(show_missing=True, file=table)
    if share < 100:
        print(table.getvalue())
    return int(failed or share < 100)


if __name__ == "__main__":
    sys.exit(main())
