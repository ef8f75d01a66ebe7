"""Codes that lost their leading zeros in a spreadsheet: restored where only one code can be meant."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from braid.kernel.imports.problems import Problem

from .tables import Rows, Tree, known_units

MOST_ZEROS = 4
"""How many lost zeros are looked for."""


def restore_codes(rows: Rows, tree: Tree) -> tuple[int, list[Problem]]:
    """Give shortened codes of `rows` their zeros back, in place; returns how many, and those that could be several.

    The evidence is the other column of the file, or the tree itself: `9` is `09` when the file or the tree knows exactly
    one of 09, 009 and so on, and not 9 itself.
    """
    unknown = _unknown(rows, tree)
    in_tree = known_units({long for code in unknown for long in _longer(code)}, []) if tree.root else {}
    in_file = {*rows.codes, *rows.parents}
    both = set(rows.codes)  # a column that has the short and the long one means two units
    meant = {
        code: [long for long in _longer(code) if (long in in_tree or long in in_file) and not {code, long} <= both]
        for code in unknown
    }
    problems = _ambiguous(rows, meant)
    sure = {code: found[0] for code, found in meant.items() if len(found) == 1}
    if sure:
        rows.codes = [sure.get(code, code) for code in rows.codes]
        rows.parents = [sure.get(code, code) for code in rows.parents]
        tree.by_code.update({code: known for code, known in known_units(set(sure.values()), []).items() if tree.root})
    return len(sure), problems


def _unknown(rows: Rows, tree: Tree) -> set[str]:
    """Codes of digits that only one column has and the tree does not know: a code and its parents were cut differently.

    In a tree that has units, also new codes, which may be old ones cut short.
    """
    codes = set(rows.codes)
    strange = {code for code in rows.parents if code and code not in codes} | _not_named_as_parent(rows, codes)
    if tree.root:
        strange |= codes
    return {code for code in strange if code.isdecimal() and code.isascii() and code not in tree.by_code}


def _not_named_as_parent(rows: Rows, codes: set[str]) -> set[str]:
    """Codes whose longer form is used as a parent that no row has."""
    orphaned = {code for code in rows.parents if code.startswith("0") and code not in codes}
    return {code.lstrip("0") for code in orphaned} & codes


def _longer(code: str) -> list[str]:
    return ["0" * zeros + code for zeros in range(1, MOST_ZEROS + 1)]


def _ambiguous(rows: Rows, meant: dict[str, list[str]]) -> list[Problem]:
    several = {code for code, found in meant.items() if len(found) > 1}
    return (
        [
            Problem(
                line, field, _("This code has lost its leading zeros; it may be %(codes)s.") % {"codes": words}, code
            )
            for line, *pair in zip(rows.lines, rows.codes, rows.parents, strict=True)
            for field, code in zip(("code", "parent_code"), pair, strict=True)
            if code in several
            for words in [_listed(meant[code])]
        ]
        if several
        else []
    )


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(codes)
