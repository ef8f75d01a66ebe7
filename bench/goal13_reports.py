"""Goal 13: every unit files a report, rolled up to every level; the table of the provinces, against adding up and counters.

The reports go through the product's own action in batches, then one at a time. The peers keep the same answers as most
programs do: a row for each answer, added up with GROUP BY; and a counter for each question and unit above, updated root first
in the transaction that files. Peers check no rights, no values and keep no history: they do less.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator, Sequence
from itertools import batched  # type: ignore[attr-defined,unused-ignore]

from django.db import connection, transaction
from django.db.models import Count, F, Max, Sum
from django.db.models.functions import Substr

from bench.peer.models import FieldCounter, PlainAnswer, PlainReport
from braid.kernel.access import OPERATOR
from braid.kernel.bulk import insert_rows
from braid.units.enums import STEP
from braid.units.models import Unit
from braid.units.paths import numbers_of
