"""The letters before a hospital's numbers: spoken over the telephone, written on paper, and its own alone."""

from __future__ import annotations

from collections.abc import Collection
from itertools import count, product
from string import ascii_uppercase

LONGEST = 12
LOOK_ALIKE = frozenset("IOLQ01")
LETTERS = [letter for letter in ascii_uppercase if letter not in LOOK_ALIKE]
OF_ITS_CODE = 4
NO_LETTER = "H"


def letters_of(code: str) -> str:
    spoken = [letter for letter in code.upper() if letter.isalnum() and letter not in LOOK_ALIKE]
    return "".join(spoken[:OF_ITS_CODE]) or NO_LETTER


def free_letters(code: str, taken: Collection[str]) -> str:
    """The first that are nobody's: those of the code, or with as many more as it takes."""
    first = letters_of(code)
    further = (first + "".join(more) for length in count() for more in product(LETTERS, repeat=length))
    return next(letters for letters in further if are_free(letters, taken))


def are_free(letters: str, taken: Collection[str]) -> bool:
    """Nor the end of another's: a number is found in the midst of words."""
    return not any(letters.endswith(one) or one.endswith(letters) for one in taken)
