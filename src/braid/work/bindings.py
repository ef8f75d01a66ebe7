"""What the journal counts that a form may ask: the kinds of the contact network, and finding the one a question means."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from . import hooks
from .hooks import Binding

GROUND = (
    Binding("visit.home", _("home visits logged"), ("home visits", "入户走访", "入戶走訪", "入户次数", "入戶次數")),
    Binding(
        "visit.logged",
        _("visits and contacts logged"),
        (
            "visits",
            "contacts made",
            "走访次数",
            "走訪次數",
        ),
    ),
    Binding(
        "visit.people",
        _("people met on visits"),
        ("people visited", "people met", "走访人数", "走訪人數", "联系人数", "聯繫人數", "走访人次", "走訪人次"),
    ),
    Binding(
        "person.joined",
        _("people who joined"),
        ("people joined", "new members", "members joined", "新增成员", "新增成員", "新加入", "加入人数", "加入人數"),
    ),
    Binding("person.left", _("people who left"), ("people left", "members left", "退出人数", "退出人數", "退出成员")),
    Binding(
        "office.taken",
        _("offices taken"),
        ("offices taken", "offices filled", "新任职", "新任職", "任职人数", "任職人數"),
    ),
    Binding("office.ended", _("offices given up"), ("offices ended", "offices given up", "离任", "離任", "卸任")),
    Binding(
        "term.begun", _("congresses held"), ("congresses held", "congress", "换届", "換屆", "代表大会", "代表大會")
    ),
    Binding(
        "group.opened",
        _("groups opened"),
        ("groups opened", "new groups", "groups founded", "新建小组", "新建小組", "新建群组", "新建群組", "成立小组"),
    ),
    Binding("group.closed", _("groups closed"), ("groups closed", "关闭小组", "關閉小組", "关闭群组", "關閉群組")),
    Binding(
        "notice.sent",
        _("notices sent"),
        ("notices sent", "notices issued", "发布通知", "發布通知", "发出通知", "發出通知", "通知数", "通知數"),
    ),
    Binding("notice.phoned", _("people reached by phone"), ("reached by phone", "telephoned", "电话通知", "電話通知")),
    Binding(
        "survey.closed",
        _("surveys closed"),
        ("surveys", "survey", "问卷调查", "問卷調查", "问卷数", "問卷數", "开展问卷", "開展問卷"),
    ),
    Binding(
        "survey.answered",
        _("answers to surveys"),
        ("answers to surveys", "survey answers", "问卷答复", "問卷答覆", "问卷回收", "問卷回收"),
        fewest=10,
    ),
    Binding("ballot.decided", _("votes decided"), ("votes held", "votes decided", "投票表决", "投票表決", "表决数")),
    Binding(
        "submission.accepted",
        _("contributions of members that were published"),
        (
            "contributions published",
            "posts published",
            "stories published",
            "采用投稿",
            "採用投稿",
            "发布作品",
            "發布作品",
        ),
    ),
    Binding(
        "home.changed",
        _("changes of the public Home"),
        ("changes of the home", "home updates", "主页更新", "主頁更新", "网页更新", "網頁更新"),
    ),
)
"""What the contact network journals; higher apps append theirs to `work.hooks.bindings`."""


def binding_of(kind: str) -> Binding | None:
    """What is said of the journal kind `kind`; None where no app (any more) offers it."""
    return next((each for each in hooks.bindings if each.kind == kind), None)


def binding_meant_by(texts: Iterable[str]) -> Binding | None:
    """What the journal counts already of that which a question asks, said in `texts`: where keywords of several
    stand there, that with the longest one."""
    asked = "\n".join(texts).casefold()
    found = [
        (len(word), -place, each)
        for place, each in enumerate(hooks.bindings)
        for word in each.keywords
        if word.casefold() in asked
    ]
    return max(found, key=lambda one: one[:2])[2] if found else None
