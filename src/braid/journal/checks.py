"""What a finished demo must be true of, as far as the journal goes."""

from __future__ import annotations

from braid.kernel.checks import Demo, Outcome, demo_check

from .models import Entry, Pending, Tally
from .queries import wrong_tallies


@demo_check("journal.fold")
def tallies_equal_a_recount(demo: Demo) -> Outcome:
    """Nothing waits to be folded, and every tally is what adding up the entries gives."""
    waiting, wrong = Pending.objects.count(), len(wrong_tallies())
    entries, tallies = Entry.objects.count(), Tally.objects.count()
    return Outcome(
        not waiting and not wrong and entries > 0, f"{entries:,} entries, {tallies:,} tallies, {wrong} wrong"
    )
