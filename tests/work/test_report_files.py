"""Files as answers: brought with the form, never lost when something else is wrong, read by those who read the report."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from braid.kernel.models import SentOnce, StoredFile
from braid.work.actions import FieldPlan
from braid.work.enums import FieldKind
from braid.work.models import Period, Report
from tests.clients import client_of
from tests.factories.files import PDF, picture_bytes, upload
from tests.factories.reports import number, period, report_form

pytestmark = pytest.mark.django_db

KEY = "k" * 24
HIDDEN = re.compile(r'<input type="hidden" name="(based_on|_f1)"(?: value="([^"]*)")?')


def picture(name: str = "lantern.jpg") -> Any:
    return upload(picture_bytes(), name)


def asked(world: SimpleNamespace, *, is_required: bool = True, **days: Any) -> Period:
    question = FieldPlan(FieldKind.FILE, {"en": "A picture"}, is_required=is_required)
    return period(report_form(world.county, fields=(question, number()), minutes=1), **days)


def fill(client: Client, period: Period, code: str = "village", headers: Any = None, **data: Any) -> Any:
    address = reverse("report_fill", args=[period.pk, code])
    return client.post(address, {"based_on": "new", "_act": "file", **data}, headers=headers)


def shown(answer: Any) -> dict[str, str]:
    """What goes along hidden with the form of a page."""
    return dict(HIDDEN.findall(answer.content.decode()))


def hidden(client: Client, period: Period) -> dict[str, str]:
    return shown(client.get(reverse("report_fill", args=[period.pk, "village"])))


@pytest.fixture
def hers(world: SimpleNamespace) -> Client:
    return client_of(world.heads["village"])


def test_a_file_comes_with_the_form_and_is_read_by_those_who_read_the_report(
    world: SimpleNamespace, hers: Client
) -> None:
    made = asked(world)
    page = hers.get(reverse("report_fill", args=[made.pk, "village"])).content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert '<input type="file" name="f1"' in page
    assert fill(hers, made, f1=picture(), f2="4").status_code == 302
    kept = StoredFile.objects.get()
    assert Report.objects.get().values == {"f1": kept.pk, "f2": 4}
    address = reverse("stored_file", args=[kept.pk])
    seen = client_of(world.heads["county"]).get(address)
    assert seen.status_code == 200
    b"".join(seen)
    assert client_of(world.heads["other"]).get(address).status_code == 404
    only_numbers = period(report_form(world.county, fields=(number(),), minutes=1))
    page = hers.get(reverse("report_fill", args=[only_numbers.pk, "village"])).content.decode()
    assert "multipart" not in page


@pytest.mark.parametrize("key", ["", KEY])
def test_a_file_stays_chosen_when_something_else_is_wrong(world: SimpleNamespace, hers: Client, key: str) -> None:
    made = asked(world)
    wrong = fill(hers, made, f1=picture(), f2="many", _key=key)
    assert wrong.status_code == 422
    kept = StoredFile.objects.get()
    page = wrong.content.decode()
    assert reverse("stored_file", args=[kept.pk]) in page
    assert "The file that was chosen" in page
    assert "lantern.jpg" in page
    assert shown(wrong)["_f1"] == str(kept.pk)
    assert not SentOnce.objects.exists()
    answer = fill(hers, made, **shown(wrong), f2="4", _key=key)
    assert answer.status_code == 302, "nobody but her changed it"
    assert Report.objects.get().values == {"f1": kept.pk, "f2": 4}
    assert StoredFile.objects.count() == 1


@pytest.mark.parametrize("key", ["", KEY])
def test_a_file_stays_chosen_when_somebody_else_was_first(world: SimpleNamespace, hers: Client, key: str) -> None:
    made = asked(world)
    fill(client_of(world.liaisons["village"]), made, f1=picture("theirs.jpg"), f2="3", _act="draft")
    theirs = StoredFile.objects.get()
    clash = fill(hers, made, f1=picture(), f2="4", _key=key)
    assert clash.status_code == 422
    assert "Somebody changed this report meanwhile." in clash.content.decode()
    assert Report.objects.get().values == {"f1": theirs.pk, "f2": 3}
    mine = StoredFile.objects.exclude(pk=theirs.pk).get()
    assert shown(clash)["_f1"] == str(mine.pk)
    assert fill(hers, made, **shown(clash), f2="4", _key=key).status_code == 302
    assert Report.objects.get().values == {"f1": mine.pk, "f2": 4}


def test_who_comes_after_a_file_that_was_kept_is_told(world: SimpleNamespace, hers: Client) -> None:
    made = asked(world)
    fill(hers, made, f1=picture(), f2="many")
    late = fill(client_of(world.liaisons["village"]), made, f1=picture(), f2="3")
    assert late.status_code == 422
    assert "Somebody changed this report meanwhile." in late.content.decode()


@pytest.mark.parametrize("data", [b"just words", b"", PDF + b"x" * 2_000_000])
def test_a_bad_file_is_said_beside_its_question_and_the_rest_stays(
    world: SimpleNamespace, hers: Client, settings: Any, data: bytes
) -> None:
    settings.MOST_FILE_MB = 1
    made = asked(world)
    answer = fill(hers, made, f1=upload(data, "a.pdf"), f2="4", note="Windy.")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_f1_error"' in page
    assert 'href="#id_f1"' in page
    assert 'value="4"' in page
    assert "Windy." in page
    assert not StoredFile.objects.exists()
    assert not Report.objects.exists()


def test_a_bad_file_does_not_displace_the_one_that_was_chosen(world: SimpleNamespace, hers: Client) -> None:
    made = asked(world)
    fill(hers, made, f1=picture(), f2="4", _act="draft")
    kept = StoredFile.objects.get()
    answer = fill(hers, made, **hidden(hers, made), f1=upload(b"just words"), f2="4")
    assert answer.status_code == 422
    assert shown(answer)["_f1"] == str(kept.pk)
    assert fill(hers, made, **shown(answer), f2="4").status_code == 302


def test_a_correction_brings_another_file_or_keeps_the_one_there_was(world: SimpleNamespace, hers: Client) -> None:
    made = asked(world)
    fill(hers, made, f1=picture(), f2="4")
    first = StoredFile.objects.get()
    unsaid = fill(hers, made, **hidden(hers, made), f1=picture("better.jpg"), f2="4")
    assert unsaid.status_code == 422, "no reason"
    second = StoredFile.objects.exclude(pk=first.pk).get()
    assert Report.objects.get().values["f1"] == first.pk
    assert fill(hers, made, **shown(unsaid), f2="4", why="A better one.").status_code == 302
    assert fill(hers, made, **hidden(hers, made), f2="5", why="A slip.").status_code == 302
    report = Report.objects.get()
    assert (report.version, report.values) == (3, {"f1": second.pk, "f2": 5})
    assert [row.values["f1"] for row in report.versions.order_by("number")] == [first.pk, second.pk], (
        "what it said before"
    )


@pytest.mark.parametrize("number_of", ["theirs", "none", "no number", "endless"])
def test_only_a_file_of_this_report_is_taken_by_its_number(
    world: SimpleNamespace, hers: Client, number_of: str
) -> None:
    made = asked(world)
    fill(client_of(world.heads["township"]), made, "township", f1=picture(), f2="4")
    theirs = StoredFile.objects.get()
    said = {"theirs": str(theirs.pk), "none": "999999", "no number": "../1", "endless": "9" * 5000}[number_of]
    answer = fill(hers, made, _f1=said, f2="4")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Choose a file." in page
    assert reverse("stored_file", args=[theirs.pk]) not in page
    assert not Report.objects.filter(unit=world.village).exists()


def test_an_optional_file_can_be_left_out_again(world: SimpleNamespace, hers: Client) -> None:
    made = asked(world, is_required=False)
    assert "Leave this file out" not in hers.get(reverse("report_fill", args=[made.pk, "village"])).content.decode()
    fill(hers, made, f1=picture(), f2="4", _act="draft")
    assert "Leave this file out" in hers.get(reverse("report_fill", args=[made.pk, "village"])).content.decode()
    assert fill(hers, made, **hidden(hers, made), f1_without="on", f2="4").status_code == 302
    assert Report.objects.get().values == {"f2": 4}
    needed = asked(world, first_on=date(2026, 9, 1))
    fill(hers, needed, f1=picture(), f2="4", _act="draft")
    assert "Leave this file out" not in hers.get(reverse("report_fill", args=[needed.pk, "village"])).content.decode()
    assert fill(hers, needed, **hidden(hers, needed), f1_without="on", f2="4").status_code == 302
    assert "f1" in Report.objects.get(period=needed).values


def test_a_new_file_counts_more_than_leaving_the_old_one_out(world: SimpleNamespace, hers: Client) -> None:
    made = asked(world, is_required=False)
    fill(hers, made, f1=picture(), f2="4", _act="draft")
    first = StoredFile.objects.get()
    wrong = fill(hers, made, **hidden(hers, made), f1=picture("new.jpg"), f1_without="on", f2="many")
    assert fill(hers, made, **shown(wrong), f2="4").status_code == 302
    assert Report.objects.get().values["f1"] == StoredFile.objects.exclude(pk=first.pk).get().pk


def test_nothing_is_kept_of_what_a_device_sends_in_vain(world: SimpleNamespace, hers: Client) -> None:
    """It has the file still; a draft begun for it would be a conflict with herself when it is sent again."""
    made = asked(world)
    by_itself = {"X-Offline": "1"}
    assert fill(hers, made, f1=picture(), f2="many", _key=KEY, headers=by_itself).status_code == 422
    assert not StoredFile.objects.exists()
    assert not Report.objects.exists()
    for _ in range(2):
        assert fill(hers, made, f1=picture(), f2="4", _key=KEY, headers=by_itself).status_code == 204
    assert Report.objects.get().values == {"f1": StoredFile.objects.get().pk, "f2": 4}
    assert Report.objects.get().version == 1


def test_a_file_is_no_answer_of_the_next_period(world: SimpleNamespace, hers: Client) -> None:
    made = asked(world, is_required=False)
    fill(hers, made, f1=picture(), f2="4")
    then = period(made.form, first_on=date(2026, 11, 1), last_on=date(2026, 11, 30), due_on=date(2026, 12, 7))
    page = hers.get(reverse("report_fill", args=[then.pk, "village"]), {"last": "1"})
    assert 'value="4"' in page.content.decode()
    assert shown(page)["_f1"] == ""
