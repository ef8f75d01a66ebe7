"""What lists at the API take: where a page begins, and how long it is."""

from __future__ import annotations

from typing import Annotated

from ninja import Query

Cursor = Annotated[str, Query(max_length=500, description="`next` of the page before.")]
Size = Annotated[int, Query(ge=1, le=100, description="Rows on a page.")]
LongSize = Annotated[int, Query(ge=1, le=200, description="Rows on a page.")]
"""For short rows."""
