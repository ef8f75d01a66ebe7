"""The demo: a whole federation with made-up people, one notice to all of them, and proof that the figures are right."""
