"""Settings, URLs, servers and the `braid` command: the top floor."""
