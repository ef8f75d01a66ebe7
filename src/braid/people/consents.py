"""What people is asked to agree to by the floor of people itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from braid.kernel.personal import Purpose, ask_for

SHOW_CONTACTS = ask_for(
    Purpose(
        "contacts",
        _("Show how to reach me"),
        _(
            "Everybody with a role in my units or above them may see my phone number and my e-mail address, and not only "
            "those who look after people."
        ),
    )
)

CHILD_ACCOUNT = ask_for(
    Purpose(
        "child_account",
        _("An account for a child under 14"),
        _(
            "I am the parent or guardian of this child. The federation may keep what it needs for her account: her name, how "
            "to reach her, what she is in its units and what she does here. I can see, correct, take with me and erase all "
            "of it, and end this consent at any time; then her account is locked."
        ),
        for_children=True,
    )
)
