"""What members send in: consent, names, answers with thanks or reasons, the Home, and taking it back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from braid.contact.actions import (
    SubmissionPlan,
    answer_submission,
    send_submission,
    take_back_submission,
)
from braid.contact.enums import MOST_A_DAY, NameShown, SubmissionKind, SubmissionState
from braid.contact.models import Submission
from braid.home.hot import SHELF
from braid.journal.models import Entry
from braid.kernel.access import OPERATOR
from braid.kernel.delivery import send_due
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.kernel.models import StoredFile
from braid.people.actions import choose_channel
from braid.people.models import Person
from braid.units.actions import merge_units
from braid.units.models import Unit
from tests import factories
from tests.clients import client_of


def page_of(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def status_of(client: Client, address: str) -> int:
    """The status of a file, which is read to its end: then the client closes it, and spares the test's connection."""
    answer = client.get(address)
    answer.getvalue()
    return int(answer.status_code)


def sent(unit: Unit, title: str = "My village", *, by: Person | None = None, **plan: object) -> Submission:
    made = SubmissionPlan(SubmissionKind.STORY, title, "It is green", **plan)  # type: ignore[arg-type]
    return send_submission(unit, made, by=by or factories.member(unit), at=timezone.now())


def published(unit: Unit, title: str = "My village", **plan: object) -> Submission:
    return answer_submission(
        sent(unit, title, **plan), accepts=True, answer="Thank you", by=OPERATOR, at=timezone.now()
    )


def test_the_journey_of_a_story(world: SimpleNamespace) -> None:
    her = factories.member(world.village, who=factories.person("Li Na", email="li@example.org"))
    choose_channel(her, channel="email", by=her, at=timezone.now())
    client, head = client_of(her), client_of(world.heads["county"])
    assert "county" in page_of(client, "submissions_mine")
    said = {"kind": "story", "title": "Our well", "text": "We dug it", "name_shown": "pen", "pen_name": "Spring"}
    client.post(reverse("submission_new", args=[world.county.code]), said)
    made = Submission.objects.get()
    assert Client().get(reverse("submission", args=[made.pk])).status_code == 404
    assert "og:" not in page_of(client, "submission", made.pk) + page_of(head, "submission", made.pk)
    assert "Our well" in page_of(head, "today")
    assert "Li Na" in page_of(head, "submissions", world.county.code)
    SHELF.clear()
    assert "Our well" not in page_of(Client(), "home", world.county.code)
    head.post(reverse("submission_answer", args=[made.pk]), {"accept": "1", "answer": "Thank you for this"})
    home = page_of(Client(), "home", world.county.code)
    assert "Our well" in home
    assert "Spring" in home
    assert "Li Na" not in home
    public = page_of(Client(), "submission", made.pk) + page_of(Client(), "submissions_public", world.county.code)
    assert "We dug it" in public
    assert "Li Na" not in public
    assert public.count('<meta property="og:description" content="We dug it">') == 1
    assert public.count('<meta property="og:title" content="Stories and ideas · county">') == 1
    assert "Thank you for this" in page_of(client, "submissions_mine")
    send_due(timezone.now() + timedelta(hours=12))  # not at night
    assert [(message.to, message.subject) for message in mail.outbox] == [
        (["li@example.org"], "What you sent in was answered")
    ]
    assert Entry.objects.filter(kind="submission.accepted", unit=world.county).count() == 1
    client.post(reverse("submission_take_back", args=[made.pk]))
    assert "Our well" not in page_of(Client(), "home", world.county.code)
    assert Client().get(reverse("submission", args=[made.pk])).status_code == 404
    assert head.get(reverse("submission", args=[made.pk])).status_code == 404
    assert "Our well" in page_of(client, "submissions_mine")


def test_people_who_can_be_recognised_have_agreed(world: SimpleNamespace) -> None:
    her = factories.member(world.village)
    client = client_of(her)
    said = {"kind": "idea", "title": "A", "text": "B", "name_shown": "real", "shows_people": "on"}
    address = reverse("submission_new", args=[world.village.code])
    assert client.post(address, said).status_code == 422
    client.post(address, said | {"consent": "on"})
    assert "agrees; for children a parent does" in Submission.objects.get().consent_text
    assert "agrees; for children" in page_of(
        client_of(world.heads["village"]), "submission", Submission.objects.get().pk
    )
    with pytest.raises(BadInput):
        sent(world.village, shows_people=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.update(consent_text="")


@pytest.mark.parametrize(
    ("chosen", "pen", "shown"),
    [(NameShown.REAL, "x", "Li Na"), (NameShown.PEN, "Spring", "Spring"), (NameShown.NONE, "x", "")],
)
def test_the_name_is_the_one_she_chose(world: SimpleNamespace, chosen: NameShown, pen: str, shown: str) -> None:
    her = factories.member(world.village, who=factories.person("Li Na"))
    assert sent(world.village, by=her, name_shown=chosen, pen_name=pen).shown_name == shown


def test_declining_needs_a_reason_that_she_reads(world: SimpleNamespace) -> None:
    her = factories.member(world.village)
    made = sent(world.village, by=her)
    at = timezone.now()
    with pytest.raises(BadInput):
        answer_submission(made, accepts=False, answer=" ", by=OPERATOR, at=at)
    with pytest.raises(NotAllowed):
        answer_submission(made, accepts=True, answer="", by=world.liaisons["village"], at=at)
    answer_submission(made, accepts=False, answer="It names a neighbour", by=world.heads["village"], at=at)
    assert "It names a neighbour" in page_of(client_of(her), "submissions_mine")
    with pytest.raises(WrongState):
        answer_submission(made, accepts=True, answer="", by=OPERATOR, at=at)


def test_a_published_one_can_be_declined_later_and_leaves_the_home(world: SimpleNamespace) -> None:
    made = published(world.village)
    SHELF.clear()
    assert "My village" in page_of(Client(), "home", world.village.code)
    answer_submission(made, accepts=False, answer="Somebody in it objects", by=OPERATOR, at=timezone.now())
    assert "My village" not in page_of(Client(), "home", world.village.code)


def test_only_she_takes_it_back(world: SimpleNamespace) -> None:
    made = published(world.village)
    with pytest.raises(NotAllowed):
        take_back_submission(made, by=world.heads["village"], at=timezone.now())


def test_one_sends_in_so_many_a_day(world: SimpleNamespace) -> None:
    her = factories.member(world.village)
    for _ in range(MOST_A_DAY):
        sent(world.village, by=her)
    with pytest.raises(WrongState):
        sent(world.village, by=her)
    sent(world.village)  # others of the village are not held up
    Submission.objects.update(sent_at=timezone.now() - timedelta(days=2))
    sent(world.village, by=her)


def test_one_sends_in_for_her_own_units_and_those_above(world: SimpleNamespace) -> None:
    client = client_of(factories.member(world.village))
    codes = {unit.code for unit in (world.village, world.township, world.county, world.province, world.nation)}
    for unit in world.units.values():
        answer = client.get(reverse("submission_new", args=[unit.code]))
        assert (answer.status_code == 200) == (unit.code in codes), unit


def test_they_go_on_at_the_survivor_of_a_merge(world: SimpleNamespace) -> None:
    made = published(world.other)
    merge_units(world.other, world.county, on=timezone.localdate(), why="x", by=OPERATOR, at=timezone.now())
    SHELF.clear()
    assert "My village" in page_of(Client(), "home", world.county.code)
    made.refresh_from_db()
    assert made.state == SubmissionState.ACCEPTED


def test_photos_are_seen_by_whoever_may_read_it_and_gone_when_it_is_taken_back(
    world: SimpleNamespace, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    her = factories.member(world.village)
    client, head, anybody = client_of(her), client_of(world.heads["village"]), Client()
    said = {"kind": "photo", "title": "A", "text": "B", "name_shown": "none"}
    address = reverse("submission_new", args=[world.village.code])
    assert client.post(address, said).status_code == 422
    assert client.post(address, said | {"photo_1": factories.upload(b"no picture")}).status_code == 422
    client.post(address, said | {"photo_1": factories.upload(factories.picture_bytes())})
    made, photo = Submission.objects.get(), StoredFile.objects.get()
    small = reverse("stored_file_small", args=[photo.pk])
    assert small in page_of(head, "submission", made.pk)
    stranger = client_of(factories.person())
    assert [status_of(one, small) for one in (client, head, anybody, stranger)] == [200, 200, 302, 404]
    head.post(reverse("submission_answer", args=[made.pk]), {"accept": "1"})
    assert status_of(anybody, small) == 200
    client.post(reverse("submission_take_back", args=[made.pk]))
    assert [status_of(one, small) for one in (client, head)] == [404, 404]
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("name", ["home", "submissions", "submissions_public", "submissions_mine"])
def test_pages_take_as_many_queries_for_three_rows_as_for_thirty(world: SimpleNamespace, name: str) -> None:
    her = factories.member(world.village)
    client = client_of(her if name == "submissions_mine" else world.heads["village"])
    args = [] if name == "submissions_mine" else [world.village.code]

    def queries() -> int:
        SHELF.clear()
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(name, args=args), {"show": "accepted"} if args else {}).status_code == 200
        return len(asked)

    for _ in range(3):
        published(world.village, by=her)
    few = queries()
    values = Submission.objects.values().first()
    assert values
    for _ in range(27):
        Submission.objects.create(**values | {"id": None})
    assert queries() == few
