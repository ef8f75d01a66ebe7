"""Pictures and files of notices: put to drafts, kept through corrections, read by who reads the notice and nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse

from braid.contact.actions import (
    NewAttachment,
    attach_file,
    correct_notice,
    delete_draft,
    detach_file,
    send_notice,
    withdraw_notice,
)
from braid.contact.actions.attachments import MOST_ATTACHMENTS
from braid.contact.enums import UNDO_WINDOW
from braid.contact.models import Attachment, Notice
from braid.contact.queries.attachments import attachments_of, in_version
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.kernel.files import file_for, owners, prove
from braid.kernel.models import StoredFile
from tests import factories
from tests.factories import files as made


def new(words: str = "The hall", data: bytes | None = None, name: str = "hall.jpg") -> NewAttachment:
    return NewAttachment(prove(factories.upload(data or factories.picture_bytes(), name)), words)


@pytest.fixture
def draft(world: SimpleNamespace) -> Notice:
    return factories.notice(world.county, sent_at=None)


def test_only_who_sends_for_the_unit_puts_files_to_its_drafts(
    world: SimpleNamespace, draft: Notice, now: datetime
) -> None:
    with pytest.raises(NotAllowed):
        attach_file(draft, new(), by=world.liaisons["county"], at=now)
    with pytest.raises(BadInput) as refused:
        attach_file(draft, new(" "), by=world.heads["county"], at=now)
    assert set(refused.value.fields) == {"description"}
    hall = attach_file(draft, new(), by=world.heads["county"], at=now)
    with pytest.raises(NotAllowed):
        detach_file(draft, hall.pk, by=world.liaisons["county"])
    for _ in range(2):
        detach_file(draft, hall.pk, by=world.heads["county"])
    assert not StoredFile.objects.exists()


def test_there_is_an_end_to_it(world: SimpleNamespace, draft: Notice, now: datetime) -> None:
    for _ in range(MOST_ATTACHMENTS):
        attach_file(draft, new(), by=world.heads["county"], at=now)
    with pytest.raises(BadInput):
        attach_file(draft, new(), by=world.heads["county"], at=now)
    assert Attachment.objects.count() == StoredFile.objects.count() == MOST_ATTACHMENTS


def test_files_go_with_the_draft(world: SimpleNamespace, draft: Notice, now: datetime) -> None:
    attach_file(draft, new(), by=world.heads["county"], at=now)
    delete_draft(draft, by=world.heads["county"])
    assert not StoredFile.objects.exists()


def readers(world: SimpleNamespace, file: int, at: datetime) -> set[str]:
    """Who of some people may read the file."""
    people = {
        "head": world.heads["county"],
        "village": world.liaisons["village"],
        "other": world.liaisons["other"],
        "stranger": factories.person(),
        "anybody": None,
    }
    found = set()
    for name, person in people.items():
        try:
            file_for(person, file, at=at)
            found.add(name)
        except Http404:
            pass
    return found


def test_a_file_is_read_by_who_reads_the_notice_at_each_moment(
    world: SimpleNamespace, draft: Notice, now: datetime
) -> None:
    head = world.heads["county"]
    file = attach_file(draft, new(), by=head, at=now).file_id
    assert readers(world, file, now) == {"head"}
    send_notice(draft, by=head, at=now)
    assert readers(world, file, now) == {"head"}
    out = now + UNDO_WINDOW
    assert readers(world, file, out) == {"head", "village"}
    withdraw_notice(draft, why="wrong", by=head, at=out)
    assert readers(world, file, out) == {"head"}


def test_the_picture_of_a_public_notice_is_everybodys_until_it_is_withdrawn(
    world: SimpleNamespace, now: datetime
) -> None:
    head = world.heads["county"]
    public = factories.notice(world.county, sent_at=None, is_public=True)
    file = attach_file(public, new(), by=head, at=now).file_id
    assert readers(world, file, now) == {"head"}
    send_notice(public, by=head, at=now)
    out = now + UNDO_WINDOW
    assert readers(world, file, out) == {"head", "village", "other", "stranger", "anybody"}
    withdraw_notice(public, why="wrong", by=head, at=out)
    assert readers(world, file, out) == {"head"}


def test_a_planted_hole_in_the_gate_is_caught(
    world: SimpleNamespace, draft: Notice, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gate that forgets to ask, as when files are served by their address alone."""
    monkeypatch.setitem(owners, "notice", lambda person, number, at: True)
    with pytest.raises(AssertionError):
        test_a_file_is_read_by_who_reads_the_notice_at_each_moment(world, draft, now)


def test_a_correction_keeps_what_the_earlier_version_showed(
    world: SimpleNamespace, draft: Notice, now: datetime
) -> None:
    head, out = world.heads["county"], now + UNDO_WINDOW
    first = attach_file(draft, new("First"), by=head, at=now)
    stays = attach_file(draft, new("Stays"), by=head, at=now)
    send_notice(draft, by=head, at=now)
    with pytest.raises(WrongState):
        attach_file(draft, new(), by=head, at=out)
    with pytest.raises(WrongState):
        detach_file(draft, first.pk, by=head)
    correct_notice(
        draft, title="x", body="", why="map", by=head, at=out, add=[new("Second")], remove=[first.pk, 999_999]
    )
    found = attachments_of(draft)
    assert [str(each) for each in in_version(found, 1)] == ["First", "Stays"]
    assert [str(each) for each in in_version(found, 2)] == ["Stays", "Second"]
    assert "village" in readers(world, first.file_id, out)
    other = factories.notice(world.county)
    correct_notice(other, title="x", body="", why="x", by=head, at=out, remove=[stays.pk])
    stays.refresh_from_db()
    assert stays.removed_in is None


def test_pages_show_pictures_small_and_files_with_their_size(
    world: SimpleNamespace, client: Client, now: datetime
) -> None:
    head = world.heads["county"]
    client.force_login(head.account)
    draft = factories.notice(world.county, sent_at=None, is_public=True)
    page = reverse("notice_attachments", args=[draft.pk])
    sent: dict[str, Any] = {"file": factories.upload(factories.picture_bytes()), "description": "The new hall"}
    assert client.post(page, sent).status_code == 302
    answer = client.post(page, {"file": factories.upload(b"<html>", "x.pdf"), "description": "Plan"})
    assert answer.status_code == 422
    assert b"This kind of file is not taken" in answer.content
    client.post(page, {"file": factories.upload(made.PDF, "plan.pdf"), "description": "Plan"})
    hall, plan = Attachment.objects.order_by("pk")
    assert b"The new hall" in client.get(page).content
    assert b"2 pictures and files" in client.get(reverse("notice_send", args=[draft.pk])).content
    send_notice(draft, by=head, at=now - timedelta(hours=1))
    for reader in (client, Client()):
        text = reader.get(reverse("notice", args=[draft.pk])).content.decode()
        assert f'src="{reverse("stored_file_small", args=[hall.file_id])}" alt="The new hall" width="800"' in text
        assert f'href="{reverse("stored_file", args=[plan.file_id])}">Plan</a>' in text
        image = reader.get(reverse("stored_file_small", args=[hall.file_id]))
        assert image["Content-Type"] == "image/jpeg"
        list(image.streaming_content)  # type: ignore[attr-defined]
    correct = {"title": "New", "why": "plan", "remove": [str(plan.pk)], "based_on": draft.changed_at.isoformat()}
    without_words = {**correct, "file": factories.upload(made.PDF, "b.pdf")}
    answer = client.post(reverse("notice_correct", args=[draft.pk]), without_words)
    assert answer.status_code == 422
    both = {**correct, "file": factories.upload(made.PDF, "b.pdf"), "description": "Better plan"}
    assert client.post(reverse("notice_correct", args=[draft.pk]), both).status_code == 302
    text = Client().get(reverse("notice", args=[draft.pk])).content.decode()
    assert text.index("Better plan") < text.index("Version 1") < text.index(">Plan</a>")
