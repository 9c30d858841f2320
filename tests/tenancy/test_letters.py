"""The letters of a hospital's numbers: none that is mistaken for another, and nobody else's."""

import pytest

from servicedesk.tenancy.letters import LOOK_ALIKE, free_letters


@pytest.mark.parametrize(
    ("code", "taken", "letters"),
    [
        ("shengyi", [], "SHEN"),
        ("zhongyi", [], "ZHNG"),
        ("olqi-01", [], "H"),
        ("shengyi", ["SHEN", "SHENB"], "SHENA"),
        ("shengyi", ["SHEN", *(f"SHEN{one}" for one in "ABCDEFGHJKMNPRSTUVWXYZ")], "SHENAA"),
        ("asy", ["SY"], "ASYA"),  # "ASY-…" ends like "SY-…", and a search would show both
        ("sy", ["ASY"], "SYA"),
    ],
)
def test_letters_are_those_of_the_code_and_as_many_more_as_it_takes(code, taken, letters):
    assert free_letters(code, taken) == letters
    assert not set(letters) & LOOK_ALIKE
