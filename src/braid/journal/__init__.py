"""One ledger of what happened, and tallies of it for every level."""
