"""Messages to persons by the channels the machine has: owed as rows in the transaction that means them, sent by the worker.

Nothing is sent while a transaction is open, so a slow server never holds the only write lock of SQLite. A row says that it
is begun before its message leaves and how that ended after: a worker killed in between leaves it begun. By a channel that
offers a key the message is then sent again under the same key; by any other it becomes `unknown` and is shown, never
repeated blindly. Which persons are told what, and how they want it, is not known here: see `people.telling`.
"""

from .channels import CHANNELS, Channel, Message, Outcome, Result, channel_named, entry_point_channels
from .owing import Parcel, forget_deliveries, owe_deliveries, send_later
from .sending import ADDRESSES, AT_ANY_HOUR, COMPOSERS, GONE, RESTS, Skip, free_taken, send_due

__all__ = [
    "ADDRESSES",
    "AT_ANY_HOUR",
    "CHANNELS",
    "COMPOSERS",
    "GONE",
    "RESTS",
    "Channel",
    "Message",
    "Outcome",
    "Parcel",
    "Result",
    "Skip",
    "channel_named",
    "entry_point_channels",
    "forget_deliveries",
    "free_taken",
    "owe_deliveries",
    "send_due",
    "send_later",
]
