"""Pages about people: lists, one person, offices, grants, accounts, one's own data."""
