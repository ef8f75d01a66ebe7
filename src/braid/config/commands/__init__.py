"""The commands of the terminal, one module each: its `app` (a group of commands) or its function of the same name."""
