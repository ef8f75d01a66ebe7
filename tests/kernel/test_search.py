"""Search in any script: what must find each other does, on both databases."""

from __future__ import annotations

import pytest
from django.db import connection

from braid.kernel import search

pytestmark = pytest.mark.django_db


def found(question: str) -> list[int]:
    matching = search.keys_matching("notice", question)
    if matching is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*matching)
        return sorted(key for (key,) in cursor.fetchall())


@pytest.fixture(autouse=True)
def _documents() -> None:
    search.index("notice", 1, "關於召開婦女代表會議的通知")
    search.index("notice", 2, "关于妇女节活动的安排")
    search.index("notice", 3, "Réunion des déléguées on 8 March")
    search.index("other", 4, "妇女")


@pytest.mark.parametrize(
    ("question", "keys"),
    [
        ("会议", [1]),
        ("會議", [1]),
        ("妇女", [1, 2]),
        ("婦女節", [2]),
        ("妇", [1, 2]),
        ("女妇", []),
        ("reunion", [3]),
        ("RÉUN", [3]),
        ("march 8", [3]),
        ("妇女 安排", [2]),
        ("妇女 reunion", []),
        ("ＭＡＲＣＨ", [3]),
        ("!?", []),
        ("' OR 1=1 --", []),
        ('"会议" & | * :', [1]),
        ("", []),
    ],
)
def test_questions(question: str, keys: list[int]) -> None:
    assert found(question) == keys


def test_a_changed_text_is_found_by_its_new_words_only() -> None:
    search.index("notice", 1, "全新的内容")
    assert found("会议") == []
    assert found("内容") == [1]


def test_a_forgotten_thing_is_not_found() -> None:
    search.forget("notice", 2)
    assert found("妇女") == [1]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the order of a join in SQLite")
def test_the_words_are_asked_first_whatever_the_statistics_say(db: None) -> None:
    """With statistics from when there were few documents SQLite asked the index once for each: minutes for 10,000."""
    search.index("notice", 1, "会议")
    matching = search.keys_matching("notice", "会议")
    assert matching
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute(f"EXPLAIN QUERY PLAN {matching[0]}", matching[1])
        plan = [row[3] for row in cursor.fetchall()]
    assert "kernel_document_words" in plan[0], plan
