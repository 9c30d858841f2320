"""What a test asks the room's one question with."""

from __future__ import annotations

import io

import pytest

from servicedesk.files.checking import Accepted, Refused, check


def checked(content: bytes, name: str = "file", **options: object) -> Accepted:
    return check(io.BytesIO(content), name, **options)  # type: ignore[arg-type]


def refusal(content: bytes, name: str = "file", **options: object) -> Refused:
    with pytest.raises(Refused) as refused:
        checked(content, name, **options)
    return refused.value
