"""Imports: what they read, what they refuse, and that they end the same whatever happens on the way."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from xlsxwriter import Workbook

from braid.kernel.access import EVERYWHERE, OPERATOR
from braid.kernel.imports import staging
from braid.kernel.imports.results import ImportResult
from braid.kernel.models import ImportBatch, ImportRun
from braid.kernel.sheets import SheetError, read_table
from braid.people.enums import Office
from braid.units.actions import close_unit, merge_units
from braid.units.enums import TreeEventKind, UnitKind, UnitStatus
from braid.units.exports import HEADER, export_rows, export_units
from braid.units.imports import import_units
from braid.units.models import Level, Placement, TreeEvent, Unit
from braid.units.queries import tree_at
from braid.units.trees import TREES, Names
from tests.factories import member
from tests.units.test_actions import paths_hold

pytestmark = pytest.mark.django_db

Import = Callable[..., ImportResult]

SMALL = "code,parent_code,name\nn,,Nation\na,n,A\na1,a,A one\nb,n,B\n"


@pytest.fixture
def load(tmp_path: Path, now: datetime) -> Import:
    """Import a text (or bytes) as a file; each call a second later."""
    calls = [0]

    def run(content: str | bytes, **options: Any) -> ImportResult:
        calls[0] += 1
        file = tmp_path / f"units-{calls[0]}.csv"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        at = options.pop("at", now + timedelta(seconds=calls[0]))
        return import_units(file, by=options.pop("by", OPERATOR), at=at, **options)

    return run


def rows() -> list[tuple[str, str, str, int]]:
    return list(export_rows(EVERYWHERE, on=date.max))


def bad(result: ImportResult) -> list[tuple[int, str]]:
    return [(problem.line, problem.field) for problem in result.problems]


def test_first_load(load: Import) -> None:
    result = load(SMALL, levels=[Names("Nation", "國", "Nation")])
    assert (result.applied, result.rows, result.counts["added"]) == (True, 4, 4)
    assert rows() == [("n", "", "Nation", 1), ("a", "n", "A", 2), ("a1", "a", "A one", 3), ("b", "n", "B", 2)]
    assert paths_hold()
    root = Unit.objects.get(code="n")
    assert (root.opened_on, root.placed_at) == (None, None)
    assert TreeEvent.objects.get().unit == root
    assert Level.objects.get().name_zh_hant == "國"
    assert not ImportBatch.objects.exists()


def test_children_before_parents(load: Import) -> None:
    load("code,parent_code,name\na1,a,A one\nb,n,B\na,n,A\nn,,Nation\n")
    assert [row[0] for row in rows()] == ["n", "b", "a", "a1"]
    assert paths_hold()


def test_several_tops_need_a_root(load: Import) -> None:
    text = "code,parent_code,name,level\n11,,A,1\n12,,B,1\n1101,11,C,2\n"
    result = load(text)
    assert not result.applied
    assert bad(result) == [(2, "parent_code"), (3, "parent_code")]
    assert not Unit.objects.exists()
    assert load(text, root="All").applied
    assert Unit.objects.get(depth=0).name == "All"
    assert Unit.objects.get(code="1101").level == 3
    assert rows() == [("11", "", "A", 1), ("1101", "11", "C", 2), ("12", "", "B", 1)]
    again = load(text)
    assert (again.counts["unchanged"], again.counts["moved"], again.counts["missing"]) == (3, 0, 0)


def test_every_bad_row_is_listed_and_nothing_applied(load: Import) -> None:
    text = (
        "code,parent_code,name,level,kind,latitude,longitude\n"
        "n,,Nation,1,,,\n"
        "a,n,,2,,,\n"  # 3 no name
        "b b,n,B,2,,,\n"  # 4 bad code
        "c,n,C,two,what,91,0\n"  # 5 level, kind, latitude
        "d,n,D,2,group,,\n"
        "d,n,D again,2,,,\n"  # 7 twice
        "e,nowhere,E,2,,,\n"  # 8 orphan
        "f,a,F,3,,,\n"  # 9 below a bad one
        "g,d,G,2,,,\n"  # 10 level not below
        "h,n,H,2,,1,\n"  # 11 half a place
        "i,n,I,2,,,,more\n"  # 12 too wide
        ",n,J,2,,,\n"  # 13 no code
    )
    result = load(text)
    assert bad(result) == [
        (3, "name"),
        (4, "code"),
        (5, "kind"),
        (5, "latitude"),
        (5, "level"),
        (7, "code"),
        (8, "parent_code"),
        (9, "parent_code"),
        (10, "level"),
        (11, "latitude"),
        (12, ""),
        (13, "code"),
    ]
    assert "line 3" in result.problems[7].reason
    assert not result.applied
    assert not Unit.objects.exists()
    skipped = load(text, skip_bad=True)
    assert skipped.applied
    assert [row[0] for row in rows()] == ["n", "d"]
    assert Unit.objects.get(code="d").kind == UnitKind.GROUP


def test_circles_are_named(load: Import) -> None:
    result = load("code,parent_code,name\nn,,N\na,c,A\nb,a,B\nc,b,C\nd,c,D\ne,e,E\n")
    reasons = {problem.line: problem.reason for problem in result.problems}
    assert set(reasons) == {3, 4, 5, 6, 7}
    assert "a → c → b → a" in reasons[3]
    assert "e → e" in reasons[7]
    assert load("code,parent_code,name\nn,,N\na,b,A\nb,a,B\n", skip_bad=True).counts["added"] == 1


def test_encodings_and_spreadsheets(load: Import, tmp_path: Path, now: datetime) -> None:
    text = "code;parent_code;name\nn;;婦聯\na;n;〇號\n"
    for content in (
        b"\xef\xbb\xbf" + text.encode(),
        text.encode("gb18030"),
        text.encode("utf-16"),
        gzip.compress(text.encode()),
    ):
        assert [line[1][2] for line in read_table(_file(tmp_path, content))] == ["name", "婦聯", "〇號"]
    with pytest.raises(SheetError):
        list(read_table(_file(tmp_path, b"code,name\n\xff\xff\xff")))
    with pytest.raises(SheetError):
        list(read_table(_file(tmp_path, gzip.compress(text.encode())[:-9])))
    for content in (b"", b"code,name\n", b"code,parent_code,name\n", b"PK\x03\x04nonsense", b"\xd0\xcf\x11\xe0old"):
        with pytest.raises(SheetError):
            load(content)
    sheet = tmp_path / "units.xlsx"
    with Workbook(str(sheet)) as book:
        page = book.add_worksheet()
        for number, row in enumerate(
            [["code", "parent_code", "name"], [110101, None, "A"], ["110101001", 110101.0, "B"]]
        ):
            page.write_row(number, 0, row)
    assert import_units(sheet, by=OPERATOR, at=now).applied
    assert rows() == [("110101", "", "A", 1), ("110101001", "110101", "B", 2)]


def _file(folder: Path, content: bytes) -> Path:
    file = folder / "table"
    file.write_bytes(content)
    return file


def test_codes_a_spreadsheet_made_numbers(load: Import) -> None:
    text = "code,parent_code,name\n1.10E+2,,N\n110101.0,110,A\n１１０１０２,110,B\n1.10101E+11,110,C\n"
    result = load(text)
    assert bad(result) == [(5, "code")]
    assert load(text, skip_bad=True).applied
    assert [row[0] for row in rows()] == ["110", "110101", "110102"]


def test_lost_zeros_are_restored_where_sure(load: Import) -> None:
    # The codes lost their zeros, the parents did not.
    result = load("code,parent_code,name\nUS,,US\n9,US,Connecticut\n09001,09,Fairfield\n")
    assert result.counts["restored"] == 1
    assert [row[:2] for row in rows()] == [("US", ""), ("09", "US"), ("09001", "09")]
    # Both did, and the tree knows better.
    again = load("code,parent_code,name\nUS,,US\n9,US,Connecticut\n9001,9,Fairfield\n9003,9,Hartford\n")
    assert (again.counts["unchanged"], again.counts["added"]) == (3, 1)
    assert Unit.objects.get(code="9003").parent == Unit.objects.get(code="09")
    # It could be either.
    load("code,parent_code,name\n009,US,Other\n")
    unsure = load("code,parent_code,name\n9,US,Which\n")
    assert bad(unsure) == [(2, "code")]


def test_formulas_survive(load: Import, tmp_path: Path) -> None:
    names = ["=1+1", "@home", "-minus", "'=quoted", "+plus", "plain"]
    lines = ["n,,Nation", *(f"u{i},n,{'' if name == 'plain' else chr(39)}{name}" for i, name in enumerate(names))]
    load("code,parent_code,name\n" + "\n".join(lines) + "\n")
    assert [row[2] for row in rows()[1:]] == names
    for name in ("units.csv", "units.csv.gz", "units.xlsx"):
        file = tmp_path / name
        assert export_units(file, EVERYWHERE, on=date.max) == 7
        cells = [line[1][2] for line in read_table(file)][2:]
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
        assert load(file.read_bytes()).counts["unchanged"] == 7


def test_again_updates_and_closes_nothing(load: Import, now: datetime) -> None:
    load(SMALL)
    text = (
        "code,parent_code,name,level,address,name_en\nn,,Nation,1,,\na1,b,A uno,4,Lane 1,One\nb,n,B,2,,\nc,a1,C,5,,\n"
    )
    dry = load(text, dry_run=True)
    assert not dry.applied
    assert {kind: dry.counts[kind] for kind in ("added", "moved", "renamed", "changed", "unchanged", "missing")} == {
        "added": 1,
        "moved": 1,
        "renamed": 1,
        "changed": 1,
        "unchanged": 2,
        "missing": 1,
    }
    assert {(example.kind, example.code) for example in dry.examples} == {
        ("added", "c"),
        ("moved", "a1"),
        ("renamed", "a1"),
        ("changed", "a1"),
        ("missing", "a"),
    }
    assert Unit.objects.get(code="a1").name == "A one"
    assert load(text).applied
    assert paths_hold()
    moved = Unit.objects.get(code="a1")
    assert (moved.parent, moved.name, moved.level, moved.address) == (Unit.objects.get(code="b"), "A uno", 4, "Lane 1")
    added = Unit.objects.get(code="c")
    assert (added.parent, added.level, added.opened_on) == (moved, 5, now.date())
    assert Unit.objects.get(code="a").status == UnitStatus.ACTIVE
    kinds = set(TreeEvent.objects.values_list("unit__code", "kind"))
    assert kinds == {("n", "added"), ("a1", "moved"), ("a1", "renamed"), ("a1", "changed"), ("c", "added")}
    closing = load(text, close_missing=True)
    assert closing.counts["closed"] == 1
    assert Unit.objects.get(code="a").status == UnitStatus.CLOSED
    back = load(SMALL)
    assert (back.counts["reopened"], back.counts["moved"]) == (1, 1)
    assert list(tree_at(date(2025, 1, 1)))[2].code == "a1"


def test_closing_what_is_missing_leaves_no_orphans(load: Import) -> None:
    load(SMALL)
    result = load("code,parent_code,name\na1,a,A one\nc,n,C\n", close_missing=True)
    assert result.counts["closed"] == 1  # b; a still carries a1, and n is what the rest hangs from
    assert [row[0] for row in rows()] == ["n", "a", "a1", "c"]


def test_swapping_parent_and_child(load: Import) -> None:
    load("code,parent_code,name\nn,,N\nx,n,X\ny,x,Y\n")
    assert load(
        "code,parent_code,name\nn,,N\ny,n,Y\nx,y,X\n", at=datetime.fromisoformat("2026-11-24T00:00:00Z")
    ).applied
    assert [row[:2] for row in rows()] == [("n", ""), ("y", "n"), ("x", "y")]
    assert paths_hold()


def test_circle_through_what_the_file_leaves_out(load: Import) -> None:
    load("code,parent_code,name\nn,,N\nx,n,X\ny,x,Y\nz,y,Z\n")
    assert bad(load("code,parent_code,name\nx,z,X\n")) == [(2, "parent_code")]
    assert paths_hold()


def test_part_of_the_tree(load: Import) -> None:
    load("code,parent_code,name,level\nn,,N,1\np,n,P,2\nq,n,Q,2\n")
    result = load("code,parent_code,name,level\np1,p,P one,1\np2,p1,P two,2\n")
    assert result.applied
    assert [row for row in rows() if row[0].startswith("p")] == [
        ("p", "n", "P", 2),
        ("p1", "p", "P one", 3),
        ("p2", "p1", "P two", 4),
    ]
    assert load("code,parent_code,name,level\np1,p,P one,1\n", close_missing=True).counts["closed"] == 1


def test_merged_and_closed_units(load: Import, now: datetime) -> None:
    load(SMALL)
    deed: dict[str, Any] = {"on": now.date(), "why": "x", "by": OPERATOR, "at": now}
    merge_units(Unit.objects.get(code="a"), Unit.objects.get(code="b"), **deed)
    result = load(SMALL)
    assert (3, "code") in bad(result)
    close_unit(Unit.objects.get(code="a1"), **deed)
    assert bad(load("code,parent_code,name\nnew,a1,New\n")) == [(2, "parent_code")]


def test_officers_import_only_below_them(load: Import) -> None:
    load(SMALL)
    head = member(Unit.objects.get(code="a"), Office.HEAD)
    assert load("code,parent_code,name\na2,a,A two\n", by=head).applied
    result = load("code,parent_code,name\na3,a,A three\nc,n,C\nb,n,Bee\n", by=head)
    assert bad(result) == [(3, "code"), (4, "code")]
    assert Unit.objects.get(code="b").name == "B"


def test_same_file_goes_on_where_it_was(tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "BATCH", 2)
    file = tmp_path / "units.csv"
    file.write_text(SMALL)

    def die(stage: str, done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_units(file, by=OPERATOR, at=now, progress=die)
    assert ImportRun.objects.get().staged == 2
    result = import_units(file, by=OPERATOR, at=now)
    assert (result.rows, result.counts["added"]) == (4, 4)
    assert ImportRun.objects.count() == 1


def test_old_rows_are_forgotten(load: Import, now: datetime) -> None:
    load(SMALL, dry_run=True)
    load(SMALL.replace("Nation", "Other"), dry_run=True, at=now + timedelta(days=30))
    assert [run.state for run in ImportRun.objects.order_by("pk")] == ["dropped", "staged"]
    assert ImportBatch.objects.count() == 1


@pytest.mark.parametrize("name", ["us", "fr"])
def test_trees_come_back_unchanged(name: str, now: datetime, tmp_path: Path) -> None:
    tree = TREES[name]
    assert import_units(tree.file, root=tree.root, levels=tree.levels, by=OPERATOR, at=now).applied
    assert paths_hold()
    came_in = list(_rows_of(tree.file))
    assert sorted(rows()) == sorted(came_in)
    export_units(tmp_path / "out.xlsx", EVERYWHERE, on=date.max)
    again = import_units(tmp_path / "out.xlsx", by=OPERATOR, at=now)
    assert again.counts["unchanged"] == len(came_in)
    assert Level.objects.count() == len(tree.levels)


@pytest.mark.once
def test_part_of_chinas_tree(now: datetime) -> None:
    tree = TREES["cn"]
    result = import_units(tree.file, root=tree.root, levels=tree.levels, by=OPERATOR, at=now, limit_units=3000)
    assert result.counts["added"] == 3000
    assert paths_hold()
    there = rows()
    assert len(there) == 3000
    assert {row[3] for row in there} == {1, 2, 3, 4, 5}
    assert set(there).difference(_rows_of(tree.file)) == set()
    assert Unit.objects.filter(is_placeholder=True).count() == sum(row[2] in ("市辖区", "县") for row in there)


def _rows_of(file: Path) -> Iterator[tuple[str, str, str, int]]:
    with gzip.open(file, "rt") if file.suffix == ".gz" else file.open() as lines:
        rows = csv.reader(lines)
        code, parent, name, level = map(next(rows).index, ("code", "parent_code", "name", "level"))
        for row in rows:
            yield row[code], row[parent], row[name], int(row[level])


def test_placements_of_an_import(load: Import) -> None:
    load(SMALL)
    load(SMALL.replace("a1,a,", "a1,b,"))
    kept = Placement.objects.get()
    assert (kept.code, kept.parent_number) == ("a1", Unit.objects.get(code="a").pk)
    assert TreeEvent.objects.get(kind=TreeEventKind.MOVED).why == "Import of units-2.csv"
    assert HEADER == ("code", "parent_code", "name", "level")


def test_an_import_says_at_once_what_the_tree_cannot_take(load: Import) -> None:
    load("code,parent_code,name,level\nn,,N,1\nx,n,X,2\ny,x,Y,3\nz,y,Z,4\n")
    circle = load("code,parent_code,name\nw,z,W\nx,w,X\nv,n,V\n", dry_run=True)
    assert bad(circle) == [(3, "parent_code")]
    assert "x → w → z → y → x" in circle.problems[0].reason
    assert (circle.counts["moved"], circle.counts["added"]) == (0, 2)
    rank = load("code,parent_code,name,level\nn,,N,1\nx,n,X,3\n", dry_run=True)
    assert bad(rank) == [(3, "level")]
    assert bad(load("code,parent_code,name\nn,z,N\n", dry_run=True)) == [(2, "parent_code")]
    assert load("code,parent_code,name,level\nn,,N,1\nx,n,X,3\ny,x,Y,4\nz,y,Z,5\n").counts["changed"] == 3
    assert paths_hold()


def test_the_code_of_a_root_put_on_top_is_kept_for_it(load: Import) -> None:
    text = "code,parent_code,name\nroot,,Mine\nx,root,X\ny,,Y\n"
    assert bad(load(text, root="All")) == [(2, "code"), (3, "parent_code")]
    assert load(text, root="All", skip_bad=True).applied
    assert load("code,parent_code,name\nroot,,Everything\nx,root,X\n").counts["renamed"] == 1
    assert rows() == [("y", "", "Y", 1), ("x", "", "X", 1)]


def test_levels_that_leave_the_first_to_the_root(load: Import) -> None:
    text = "code,parent_code,name,level\na,,A,2\na1,a,A one,3\nb,,B,2\n"
    load(text, root="All")
    assert rows() == [("a", "", "A", 2), ("a1", "a", "A one", 3), ("b", "", "B", 2)]
    assert load(text).counts["unchanged"] == 3


def test_a_part_of_uneven_depth_keeps_its_levels(load: Import) -> None:
    load("code,parent_code,name,level\na,,A,1\na1,a,A one,3\nb,,B,1\n", root="All")
    assert load("code,parent_code,name,level\na1,a,A one,3\n").counts["unchanged"] == 1


def test_numbers_of_a_spreadsheet_that_are_no_codes(load: Import, tmp_path: Path, now: datetime) -> None:
    sheet = tmp_path / "units.xlsx"
    with Workbook(str(sheet)) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["code", "parent_code", "name"])
        page.write_row(1, 0, ["n", None, "N"])
        page.write_row(2, 0, [1234567890123450, "n", "Sixteen digits, of which a spreadsheet keeps fifteen"])
        page.write_row(3, 0, [123456789012345, "n", "Fifteen digits"])
        page.write_datetime(4, 0, datetime(2026, 1, 2), book.add_format({"num_format": "yyyy-mm-dd"}))
        page.write_row(4, 1, ["n", "1-2 became a day"])
        page.write_row(5, 0, ["e", "n"])
        page.write_formula(5, 2, "=1/0", None, "#DIV/0!")
    result = import_units(sheet, by=OPERATOR, at=now, skip_bad=True)
    assert bad(result) == [(3, "code"), (5, "code"), (6, "name")]
    assert [row[0] for row in rows()] == ["n", "123456789012345"]


def test_short_and_long_code_in_one_column_are_two_units(load: Import) -> None:
    load("code,parent_code,name\nn,,N\n0123,n,Zero\n")
    result = load("code,parent_code,name\nn,,N\n0123,n,Zero\n123,n,None\n")
    assert (result.counts["restored"], result.counts["added"], result.problems) == (0, 1, [])


def test_damaged_and_deceiving_texts(load: Import) -> None:
    for end in (b"\x00", b"\x00\xd8\x00\xd8"):
        with pytest.raises(SheetError):
            load("code,parent_code,name\nn,,N\n".encode("utf-16-le").join((b"\xff\xfe", end)))
    level = "9" * 5000
    result = load(f"code,parent_code,name,level\nn,,N,{level}\na,n,A\u202eb,2\n")
    assert bad(result) == [(2, "level"), (3, "name")]
    assert "from 1 to 39" in result.problems[0].reason


def test_an_officer_gets_her_own_export_back(load: Import) -> None:
    load("code,parent_code,name,level\nn,,N,1\na,n,A,2\na1,a,A one,3\na2,a,A two,3\nb,n,B,2\nb1,b,B one,3\n")
    head = member(Unit.objects.get(code="a"), Office.HEAD)
    own = "code,parent_code,name,level\na,n,A,2\na1,a,A one,3\n"
    result = load(own, by=head, dry_run=True)
    assert (bad(result), result.counts["unchanged"], result.counts["missing"]) == ([], 2, 1)
    assert load(own.replace("A,", "Ah,", 1), by=head, close_missing=True).counts["closed"] == 1
    assert Unit.objects.get(code="a").name == "Ah"
    assert Unit.objects.get(code="a2").status == UnitStatus.CLOSED
    assert Unit.objects.get(code="b").status == Unit.objects.get(code="b1").status == UnitStatus.ACTIVE


def test_moving_a_unit_away_is_for_the_unit_above_it(load: Import) -> None:
    load("code,parent_code,name,level\nn,,N,1\na,n,A,2\na1,a,A one,4\nb,n,B,3\n")
    head = member(Unit.objects.get(code="a"), Office.HEAD)
    member(Unit.objects.get(code="b"), Office.HEAD, who=head)
    text = "code,parent_code,name\na,n,A\nb,a,B\n"
    assert bad(load(text, by=head)) == [(3, "code")]
    assert load("code,parent_code,name\na1,b,A one\n", by=head).counts["moved"] == 1
