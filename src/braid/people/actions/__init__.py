"""Everything that changes people, what they are, what they may do, and what they sign in with."""

from .accounts import invitation_path, lock_account, open_account, unlock_account
from .addresses import ask_address, confirm_address
from .channels import WishPlan, change_wish, choose_channel, drop_channel
from .consents import give_consent, withdraw_consent
from .erasures import ask_erasure, carry_out_erasure, take_back_erasure
from .grants import give_grant, revoke_grant
from .guardians import mark_child, name_guardian
from .memberships import end_membership, end_office, join_unit, leave_unit, take_office
from .persons import add_person, change_person
from .quiet_hours import set_quiet_hours
from .recoveries import (
    agree_recovery,
    ask_recovery,
    hand_over_recovery,
    lapse_recovery,
    open_recovery,
    stop_recovery,
    use_recovery,
    withdraw_recovery,
)
from .sessions import end_all_sessions
from .successions import cancel_succession, plan_succession
from .terms import begin_term, change_term_end
from .tokens import make_token, revoke_token

__all__ = [
    "WishPlan",
    "add_person",
    "agree_recovery",
    "ask_address",
    "ask_erasure",
    "ask_recovery",
    "begin_term",
    "cancel_succession",
    "carry_out_erasure",
    "change_person",
    "change_term_end",
    "change_wish",
    "choose_channel",
    "confirm_address",
    "drop_channel",
    "end_all_sessions",
    "end_membership",
    "end_office",
    "give_consent",
    "give_grant",
    "hand_over_recovery",
    "invitation_path",
    "join_unit",
    "lapse_recovery",
    "leave_unit",
    "lock_account",
    "make_token",
    "mark_child",
    "name_guardian",
    "open_account",
    "open_recovery",
    "plan_succession",
    "revoke_grant",
    "revoke_token",
    "set_quiet_hours",
    "stop_recovery",
    "take_back_erasure",
    "take_office",
    "unlock_account",
    "use_recovery",
    "withdraw_consent",
    "withdraw_recovery",
]
