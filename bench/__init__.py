"""The bench: what Braid claims about speed, measured side by side with what it is compared to. See README.md."""
