"""Goal 3: the first page of a unit's subtree through the ORM, against django-treebeard and django-tree-queries."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from bench.peer.models import QueriesUnit, TreebeardUnit
from braid.kernel.bulk import insert_rows
from braid.units.models import Unit

from .report import Line
from .timing import median, say, words
from .world import World, analyse, biggest

PAGE = 50


def run(world: World) -> Iterator[Line]:
    world.tree()
    province = biggest(2)
    _fill()
    ours = median(lambda: list(Unit.objects.subtree(province.path).order_by("path")[:PAGE]))
    node = TreebeardUnit.objects.get(code=province.code)
    treebeard = median(lambda: list(TreebeardUnit.objects.get(pk=node.pk).get_descendants()[:PAGE]), least=3)
    below = Unit.objects.below(province.path).count()
    yield Line(
        "3",
        "first page of a province's subtree, against treebeard",
        words(ours),
        words(treebeard),
        treebeard / ours,
        ">= 20" if world.scale.units is None else "",
        f"{below:,} units below",
    )
    top = QueriesUnit.objects.get(code=province.code)
    queries = median(lambda: list(QueriesUnit.objects.descendants(top, include_self=True)[:PAGE]), least=3)
    yield Line(
        "3",
        "first page of a province's subtree, against tree-queries",
        words(ours),
        words(queries),
        queries / ours,
        ">= 1000" if world.scale.units is None else "",
        "as shipped: its query builds the whole tree",
    )


def _fill() -> None:
    """The same units in the peers' tables, with the columns they would have computed."""
    say("filling the peers' trees")
    paths: dict[int | None, str] = {None: ""}
    children: dict[int | None, int] = {}
    rows = []
    for number, parent, depth, code, name in Unit.objects.order_by("path").values_list(
        "number", "parent_id", "depth", "code", "name"
    ):
        children[parent] = children.get(parent, 0) + 1
        paths[number] = paths[parent] + TreebeardUnit._int2str(children[parent]).rjust(TreebeardUnit.steplen, "0")
        rows.append((number, paths[number], depth + 1, code, name, parent))
    insert_rows(
        TreebeardUnit,
        ["id", "path", "depth", "numchild", "code", "name"],
        ((n, p, d, children.get(n, 0), c, m) for n, p, d, c, m, _ in rows),
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")  # parents come with the same COPY
    insert_rows(QueriesUnit, ["id", "code", "name", "parent_id"], ((n, c, m, parent) for n, _, _, c, m, parent in rows))
    analyse("peer_treebeardunit", "peer_queriesunit")
