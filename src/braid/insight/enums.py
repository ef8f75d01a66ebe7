"""Limits and choices of the heads' pages."""

from enum import StrEnum

LIVE_UNITS = 20_000
"""Subtrees up to this many units are counted when the page is asked for; larger ones come from kept headcounts."""

LATEST_NOTICES = 5
"""Over how many of the latest notices the share of units that have seen them is taken."""

RECORD_DAYS = 30
"""How far back a unit's record goes."""

ACTIVITY_DAYS = 365
"""Beyond this many days without an entry a unit's last activity is not looked for."""

MOST_CELLS = 600
"""The picture stops at the level that would draw more cells than this."""

ROWS_PER_PAGE = 50


class Missing(StrEnum):
    """What the list of units behind a number lacks; part of its address."""

    HEAD = "head"
    LIAISON = "liaison"
    PEOPLE = "people"
