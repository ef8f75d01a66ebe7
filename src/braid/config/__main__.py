"""`python -m braid.config`: the `braid` command, however it was installed."""

from .cli import main

if __name__ == "__main__":
    main()
