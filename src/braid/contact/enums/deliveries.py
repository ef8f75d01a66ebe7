"""Kinds and limits of what goes out to people about notices."""

NOTICE, REMINDER, DIGEST = "notice", "reminder", "digest"
"""Kinds of delivery: a notice, a reminder of one (numbered by its dispatch), one person's new notices together."""
COUNTED_KINDS = (NOTICE, REMINDER, DIGEST)
LONGEST_REMIND_AFTER = 60
"""Days after sending within which a reminder can be set beforehand."""
