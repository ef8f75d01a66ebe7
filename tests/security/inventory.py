"""The inventory as plain lines, and the list of them that was approved: `python -m tests.security.inventory` writes it anew."""

from __future__ import annotations

import os
from pathlib import Path

APPROVED = Path(__file__).parent / "inventory.txt"


def lines() -> list[str]:
    """What is kept of people, as the models are now."""
    from django.utils.translation import override

    from braid.people.queries.inventory import inventory_lines

    with override("en"):
        return sorted(inventory_lines())


def main() -> None:
    """Write the list; the change is looked over by somebody else, like any other."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "braid.config.settings_test")
    import django

    django.setup()
    APPROVED.write_text("\n".join(lines()) + "\n")


if __name__ == "__main__":
    main()
