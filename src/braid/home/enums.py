"""Constants of the public Home."""

from django.utils.translation import gettext_lazy as _

MOST_BELOW = 300
"""Units below that a Home lists; who wants more searches."""

MOST_NOTICES = 10
"""Public notices on a Home; a feed has `MOST_IN_FEED`."""

MOST_IN_FEED = 30

CHECK_AGAIN_AFTER_DAYS = 365
"""A help number checked longer ago than this is put before its owner again."""

COUNTRIES = [
    ("zh-CN", _("China")),
    ("en-GB", _("United Kingdom")),
    ("en-US", _("United States")),
    ("en-EU", _("European Union")),
]
"""Places the product ships help numbers for (`data/hotlines.json`)."""
