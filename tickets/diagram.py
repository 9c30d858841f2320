"""The states as a drawing, made from the tables that the code moves by: `docs/ticket-states.md`."""

from __future__ import annotations

from collections.abc import Iterator

from servicedesk.tenancy.enums import Side
from tickets.enums import State
from tickets.states import BOTH, STEPS

HEAD = """# The states of a ticket

Made from `tickets/states.py` by `make fix`; a test fails when it is out of date. (H) is the hospital's move, (V) the
vendor's, (H, V) either's, (-) the product's own. There is no state in which a vendor has refused: what is not theirs
goes to the hospital, with a reason, and every clock runs on.

```mermaid
stateDiagram-v2
"""
LETTERS = {Side.HOSPITAL: "H", Side.VENDOR: "V"}


def drawing() -> str:
    return HEAD + "\n".join(f"    {line}" for line in _lines()) + "\n```\n"


def _lines() -> Iterator[str]:
    yield "[*] --> reported: report"
    yield "[*] --> call_awaited: report what only the phone may report"
    for move, step in STEPS.items():
        whose = ", ".join(LETTERS[side] for side in Side if side in step.sides & BOTH) or "-"
        for source in (state for state in State if state in step.sources):
            for target in (state for state in State if state in step.targets):
                yield f"{source} --> {target}: {move} ({whose})"
    for state in State:
        if state.is_over:
            yield f"{state} --> [*]"
