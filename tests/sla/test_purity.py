"""The core knows the standard library only."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORDS = """
import sys
before = set(sys.modules)
from servicedesk.sla import calendar, clock, course, explain, ladder, promise
print(*sorted(name.partition(".")[0] for name in set(sys.modules) - before))
"""


def test_loading_the_core_loads_nothing_but_itself_and_the_standard_library():
    """In a process of its own, past the package's own start-up, which wires Celery."""
    path = f"import sys, types; p = types.ModuleType('servicedesk'); p.__path__ = [{str(ROOT / 'servicedesk')!r}]; "
    words = path + "sys.modules['servicedesk'] = p\n" + WORDS
    said = subprocess.run([sys.executable, "-S", "-c", words], capture_output=True, text=True, check=True).stdout
    loaded = {name for name in said.split() if not name.startswith("_sysconfigdata")}  # zoneinfo's, named by platform
    assert loaded - set(sys.stdlib_module_names) == {"servicedesk"}
