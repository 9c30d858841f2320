from servicedesk.accounts.models.hand_over import HandOver
from servicedesk.accounts.models.invitation import Invitation
from servicedesk.accounts.models.password import PastPassword
from servicedesk.accounts.models.token import Token
from servicedesk.accounts.models.tries import Tries
from servicedesk.accounts.models.user import User

__all__ = ["HandOver", "Invitation", "PastPassword", "Token", "Tries", "User"]
