"""A rule says no: one exception, with a sentence fit for the person.

The same sentence is the tooltip of the disabled button, the text of the 403 or 409 page and the API's problem detail.
"""

from django.utils.functional import Promise


class Refused(Exception):
    """`raise Refused(_("The department still has open faults."))`: the state of things forbids it."""

    status = 409

    def __init__(self, sentence: str | Promise, code: str = "refused") -> None:
        super().__init__(sentence)
        self.sentence, self.code = sentence, code


class Forbidden(Refused):
    """The person's role does not allow it."""

    status = 403
