"""Pictures of the pages at 360 and 1280, light and dark, in var/screenshots.

python -m tests.browser.screenshots [part of a page's name] [--old]      --old shows what Chromium 86 would show
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--old"]
    os.environ["SCREENSHOTS_OF"] = words[0] if words else ""
    os.environ["SCREENSHOTS_OLD"] = "1" if "--old" in sys.argv else ""
    sys.exit(pytest.main([str(Path(__file__).with_name("take_screenshots.py")), "-q"]))
