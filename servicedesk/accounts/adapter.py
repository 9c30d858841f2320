from allauth.account.adapter import DefaultAccountAdapter


class InvitationOnly(DefaultAccountAdapter):
    """Nobody signs up by themselves; accounts come from invitations."""

    def is_open_for_signup(self, request: object) -> bool:
        return False
