"""English is complete: no sentence of ours is written in Chinese where an English reader meets it. ALL-8."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils import translation

from servicedesk.tenancy.enums import Side
from servicedesk.ui.devices import device_of
from tickets.forms.emergency import PlanForm
from tickets.models import EmergencyPlan
from tickets.plans import Step

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Where Chinese is read, compared or quoted, or is a name.
READERS = {
    "contracts/management/commands/explain.py": "a term of the contract, beside its English",
    "servicedesk/clocks/calendars_hours.py": "reads hours as people write them",
    "servicedesk/clocks/calendars_notice.py": "reads the government's notice, and quotes it",
    "servicedesk/clocks/calendars_table.py": "reads a table of days",
    "servicedesk/clocks/services/sheets.py": "reads dates as people write them",
    "servicedesk/settings.py": "the language's own name",
    "servicedesk/ui/gallery.py": "names of made-up people",
    "tickets/forms/emergency.py": "reads a plan as it stands on paper",
    "tickets/patient_data.py": "knows a patient's number by the words before it",
}


def said(file: Path) -> Iterator[str]:
    """Every string but what explains the code."""
    tree = ast.parse(file.read_text())
    explains = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explains:
            yield node.value


def test_no_string_of_the_code_is_chinese_but_what_reads_it():
    base = Path(settings.BASE_DIR)
    files = [file for room in ("servicedesk", "contracts", "tickets") for file in (base / room).rglob("*.py")]
    ours = [file for file in files if "migrations" not in file.parts and "demo" not in file.name]
    assert len(ours) > 300
    found = {str(file.relative_to(base)) for file in ours if any(map(CHINESE.search, said(file)))}
    assert found == set(READERS)


def test_no_template_is_chinese_but_its_remarks_and_the_languages_name():
    base = Path(settings.BASE_DIR) / "templates"
    remarks = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}|<!--.*?-->", re.DOTALL)
    found = {file.name for file in base.rglob("*.html") if CHINESE.search(remarks.sub("", file.read_text()))}
    assert found == {"gallery.html", "language.html"}


def test_what_an_english_reader_sees_of_a_plan_and_of_a_device():
    step = Step("call the wards", Side.HOSPITAL, 10)
    plan = EmergencyPlan(title="Plan", version=1, steps=[step.stored(), Step("switch over").stored()])
    with translation.override("en"):
        form = PlanForm.of(plan, "")
        assert form.initial["steps"] == "1. hospital 10 min: call the wards\n2. vendor: switch over"
        assert device_of("Mozilla/5.0 (Windows NT 10.0) MicroMessenger/7.0") == "WeChat · Windows"
        again = PlanForm({**form.initial, "why": "x"})
        assert again.is_valid()
        assert again.cleaned_data["steps"][0] == step
