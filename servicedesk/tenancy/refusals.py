"""A rule says no: one exception, with a sentence fit for the person.

The same sentence is the tooltip of the disabled button, the text of the 403 or 409 page and the API's problem detail.
"""

from django.utils.functional import Promise


class Refused(Exception):
    """`raise Refused(_("The department still has open faults."))`: the state of things forbids it. `field` is the one
    thing given that does not fit, if it is one: a page says the sentence beside it."""

    status = 409

    def __init__(self, sentence: str | Promise, code: str = "refused", *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.code, self.field = sentence, code, field


class Forbidden(Refused):
    """The person's role does not allow it."""

    status = 403
