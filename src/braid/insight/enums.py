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

BEHIND_PER_PAGE = 25
"""Things on a page behind a number that adds up what lies in them: as many as `work` looks at for earlier days."""


class Missing(StrEnum):
    """What the list of units behind a number lacks; part of its address."""

    HEAD = "head"
    LIAISON = "liaison"
    PEOPLE = "people"


HEAD_WEEKS = 12
"""How far back the series of the head's page go."""

ALIVE_DAYS = 30
"""A branch in which nothing was recorded for so many days counts as silent."""

MOST_COUNTED = 1_000
"""What waits is counted up to here."""

WEEKLY_MAIL = "weekly"
"""The kind of delivery that the weekly mail is."""

WEEKLY_MAIL_AT = 9
"""The hour of Monday, by the federation's clock, at which it is sent."""
