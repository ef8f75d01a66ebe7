"""Flows: a row moves only as drawn, and only from the state that was seen."""

from __future__ import annotations

from datetime import datetime

import pytest

from braid.contact.enums import NOTICE_FLOW, NoticeState
from braid.contact.models import Notice
from braid.kernel.errors import WrongState
from braid.kernel.states import FLOWS, Flow
from tests.factories import person, tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(now: datetime) -> Notice:
    root = tree({"nation": {}})["nation"]
    return Notice.objects.create(
        unit=root, unit_path=root.path, title="A word", author=person(), created_at=now, changed_at=now
    )


def test_a_move_writes_the_state_and_what_comes_with_it(draft: Notice, now: datetime) -> None:
    NOTICE_FLOW.move(draft, NoticeState.SENT, sent_at=now)
    assert (draft.state, draft.sent_at) == (NoticeState.SENT, now)
    draft.refresh_from_db()
    assert (draft.state, draft.sent_at) == (NoticeState.SENT, now)


def test_a_move_that_is_not_drawn_is_refused_in_words(draft: Notice, now: datetime) -> None:
    with pytest.raises(WrongState) as refused:
        NOTICE_FLOW.move(draft, NoticeState.WITHDRAWN, withdrawn_at=now, withdrawn_why="?")
    assert "draft" in str(refused.value.message)
    draft.refresh_from_db()
    assert draft.state == NoticeState.DRAFT


def test_a_stale_copy_is_refused(draft: Notice, now: datetime) -> None:
    stale = Notice.objects.get(pk=draft.pk)
    NOTICE_FLOW.move(draft, NoticeState.SENT, sent_at=now)
    with pytest.raises(WrongState):
        NOTICE_FLOW.move(stale, NoticeState.SENT, sent_at=now)
    assert stale.state == NoticeState.DRAFT


def test_every_state_of_every_flow_can_be_reached() -> None:
    for flow in FLOWS.values():
        reached = {next(iter(flow.moves))}
        for _ in flow.moves:
            reached |= {after for state in reached for after in flow.moves[state]}
        assert reached == set(flow.moves), flow.name


def test_moves_to_undeclared_states_are_an_error() -> None:
    with pytest.raises(ValueError, match="undeclared"):
        Flow("broken", {"open": ["closed"]})
    assert "broken" not in FLOWS
