"""Which questions count as the same, in three languages: the pairs by which the threshold was chosen."""

from __future__ import annotations

import pytest

from braid.work.likeness import ALIKE, likeness, normal

SAME = [
    ("How many lessons were held?", "Number of lessons held"),
    ("How many lessons were held?", "How many lessons did you hold in 2026?"),
    ("Members trained in first aid", "Number of members trained in first aid (total)"),
    ("How many women took part in the training?", "Women who took part in the trainings"),
    ("Households visited this month", "How many households were visited this month?"),
    ("本月举办讲座多少场？", "举办讲座场次"),
    ("本月舉辦講座多少場？", "本月举办讲座的场数"),
    ("参加培训的妇女人数", "參加培訓的婦女有多少人"),
    ("走访困难家庭户数", "本月走访困难家庭多少户"),
    ("調解家庭糾紛件數", "调解家庭纠纷多少件"),
    ("化解婚姻家庭矛盾纠纷数量", "化解婚姻家庭矛盾纠纷（件）"),
    ("妇女之家开放天数", "婦女之家開放多少天"),
    ("新增志愿者人数", "本期新增志愿者共有多少名"),
]
OTHERS = [
    ("How many lessons were held?", "How many visits were made?"),
    ("How many women took part?", "How many men took part?"),
    ("Households visited", "Households connected to water"),
    ("Members trained in first aid", "Members trained in bookkeeping"),
    ("How many children were vaccinated?", "How many children go to school?"),
    ("Number of wells", "Number of walls"),
    ("本月举办讲座多少场？", "本月走访家庭多少户？"),
    ("参加培训的妇女人数", "参加体检的妇女人数"),
    ("走访困难家庭户数", "走访单亲家庭户数"),
    ("新增志愿者人数", "退出志愿者人数"),
    ("調解家庭糾紛件數", "調解鄰里糾紛件數"),
    ("发放宣传册数量", "发放慰问品数量"),
    ("妇女之家开放天数", "儿童之家开放天数"),
    ("留守儿童人数", "留守妇女人数"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_in_other_words(one: str, other: str) -> None:
    assert likeness(one, other) >= ALIKE


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_something_else_in_like_words(one: str, other: str) -> None:
    assert likeness(one, other) < ALIKE


def test_script_case_marks_and_numbers_do_not_matter() -> None:
    assert normal("本月舉辦講座多少場？") == normal("举办讲座 多少 场") == "举办讲座"
    assert normal("Lessons, held (2026)") == normal("LESSONS HELD")
    assert normal("多少") == "多少"  # nothing but such words: they stay
    assert likeness("", "") == 0
