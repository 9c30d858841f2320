"""`python -m servicedesk.embedded run [--tests] -- COMMAND…`"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from servicedesk.embedded import PROJECT, servers


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m servicedesk.embedded")
    parser.add_argument("act", choices=["run"])
    parser.add_argument("--tests", action="store_true", help="the tests' own servers: fast, and nothing worth keeping")
    parser.add_argument("command", nargs="+")
    words = parser.parse_args()
    var = PROJECT / "var" / ("test" if words.tests else "")
    stage = "test" if words.tests else "development"
    with servers(var, fast=words.tests) as (environment, _):
        return subprocess.run(words.command, env={"STAGE": stage, **os.environ, **environment}).returncode


if __name__ == "__main__":
    sys.exit(main())
