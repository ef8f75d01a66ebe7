"""Pages of the kernel, refusals as pages and as parts, and the shell around every page."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from braid.kernel.errors import BadInput, NotAllowed, Refused, WrongState
from braid.kernel.middleware import RefusalMiddleware
from braid.kernel.writing import day, figure, moment
from tests.factories import person

pytestmark = pytest.mark.django_db


def refuse(request: HttpRequest, error: Exception, *, htmx: bool = False) -> HttpResponse | None:
    request.person = None  # type: ignore[attr-defined]
    request.htmx = htmx  # type: ignore[attr-defined]
    return RefusalMiddleware(lambda _: HttpResponse()).process_exception(request, error)


@pytest.mark.parametrize(("error", "status"), [(NotAllowed, 403), (WrongState, 409), (BadInput, 422)])
def test_a_refusal_is_a_page_in_words(rf: RequestFactory, error: type[Refused], status: int) -> None:
    answer = refuse(rf.get("/x/", headers={"referer": "http://testserver/list/"}), error("Not <now>."))
    assert answer is not None
    assert answer.status_code == status
    assert b"Not &lt;now&gt;." in answer.content
    assert b'href="http://testserver/list/"' in answer.content


def test_a_refusal_of_an_htmx_part_goes_where_messages_are(rf: RequestFactory) -> None:
    answer = refuse(rf.post("/x/"), BadInput("No.", fields={"name": "Say who."}), htmx=True)
    assert answer is not None
    assert answer["HX-Retarget"] == "#messages"
    assert b"<html" not in answer.content
    assert b"Say who." in answer.content


def test_a_refusal_says_no_sentence_twice(rf: RequestFactory) -> None:
    for is_part in (False, True):
        answer = refuse(
            rf.post("/x/"), BadInput("Say who.", fields={"a": "Say who.", "b": "Why?", "c": "Why?"}), htmx=is_part
        )
        assert answer is not None
        assert answer.content.count(b"Say who.") == answer.content.count(b"Why?") == 1
        joined = refuse(rf.post("/x/"), BadInput("Who? Why?", fields={"a": "Who?", "b": "Why?"}), htmx=is_part)
        assert joined is not None
        assert joined.content.count(b"Why?") == 1


def test_the_api_gets_problem_details(rf: RequestFactory) -> None:
    answer = refuse(rf.get("/api/v1/x"), NotAllowed("No."))
    assert answer is not None
    assert answer["Content-Type"] == "application/problem+json"


def test_bugs_are_not_refusals(rf: RequestFactory) -> None:
    assert refuse(rf.get("/x/"), ValueError("bug")) is None


def test_absent_pages_answer_in_words_and_forget_the_address(client: Client) -> None:
    one, other = client.get("/nothing/here/"), client.get("/nor/there/")
    assert one.status_code == 404
    assert one.content == other.content


def test_the_language_link_remembers_and_goes_back(client: Client) -> None:
    answer = client.get("/language/zh-hant/?next=/manifest.webmanifest")
    assert answer["Location"] == "/manifest.webmanifest"
    assert client.cookies["django_language"].value == "zh-hant"
    assert "找不到" in client.get("/nothing/").content.decode()


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_language_link_leads_nowhere_else(client: Client, away: str) -> None:
    assert client.get("/language/en/", {"next": away})["Location"] == "/"


def test_going_to_a_unit_takes_only_pages_of_units(client: Client) -> None:
    assert client.get("/go/?page=account_logout&code=x").status_code == 404
    assert client.get("/go/?page=home&code=").status_code == 404


def test_the_style_guide_is_shut_unless_asked_for(client: Client, settings: Any) -> None:
    assert client.get("/styleguide/").status_code == 404
    settings.STYLEGUIDE = True
    for language in ("zh-hans", "zh-hant", "en"):
        assert client.get("/styleguide/", headers={"accept-language": language}).status_code == 200


def test_the_federation_sets_name_logo_and_accent(client: Client, settings: Any) -> None:
    settings.FEDERATION_NAME, settings.FEDERATION_ACCENT, settings.FEDERATION_LOGO = "县妇联", "#1e5aa8", "/logo.svg"
    page = client.get("/nothing/").content.decode()
    assert "县妇联" in page
    assert 'href="/theme.css"' in page
    assert 'src="/logo.svg"' in page
    assert "--accent:#1e5aa8" in client.get("/theme.css").content.decode()
    assert client.get("/manifest.webmanifest").json()["name"] == "县妇联"


def test_script_of_signed_in_pages_is_not_sent_to_the_public(client: Client) -> None:
    assert b"htmx" not in client.get("/nothing/").content
    client.force_login(person().account)
    page = client.get("/nothing/").content
    assert b"htmx-2.min.js" in page
    assert b'id="exit"' not in page


def test_no_page_has_inline_script_or_style(client: Client, settings: Any) -> None:
    settings.STYLEGUIDE = True
    for page in (client.get("/styleguide/").content.decode(), client.get("/nothing/").content.decode()):
        assert " style=" not in page
        assert "<style" not in page
        assert "<script>" not in page
        assert " onclick=" not in page


def test_figures_and_dates_are_set_for_people(now: Any) -> None:
    assert [figure(value) for value in (665276, 0, "<10", 60.84, "44703")] == ["665,276", "0", "<10", "60.8", "44,703"]
    assert moment(now) == "Mon 23 Nov 2026, 12:00"
    assert (day(now), day(None)) == ("Mon 23 Nov 2026", "–")
