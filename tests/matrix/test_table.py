import os
from pathlib import Path

from tests.matrix.table import page

FILE = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"


def test_the_page_of_permissions_is_up_to_date():
    if os.environ.get("UPDATE_DOCS"):
        FILE.write_text(page())
    assert FILE.read_text() == page(), "run `make fix`"
