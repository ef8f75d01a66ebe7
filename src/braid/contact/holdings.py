"""What contact keeps of people: receipts, requests to join, who wrote, sent, answered or owns something."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from braid.kernel.files import discard_files
from braid.kernel.models import StoredFile
from braid.kernel.personal import ERASED, SLICE, Audience, Holding, Traces, delete_rows, unlink

from .actions.groups import renew_pages
from .enums import SUBMISSION, NominationState
from .models import (
    Affiliation,
    Ballot,
    Burst,
    Call,
    ChatGroup,
    ChatTurn,
    Dispatch,
    JoinRequest,
    Juror,
    NamedAnswer,
    Nomination,
    Notice,
    NoticeQuestion,
    NoticeTemplate,
    NoticeVersion,
    PhoneList,
    Receipt,
    Relay,
    Review,
    Series,
    Submission,
    Survey,
)
from .rules import (
    ANSWER_SUBMISSIONS,
    CALL_SILENT,
    RUN_GROUPS,
    RUN_VOTES,
    SEND_NOTICES,
    VIEW_GROUPS,
    VIEW_RECEIPTS,
    VIEW_RESULTS,
)

_UNTIL_ERASED = _("until she is erased")
_ANSWERS = _("to know who answers for it")


def _erase_submissions(rows: models.QuerySet[Any], traces: Traces) -> int:
    """What she sent in goes with its photos, and from the Homes that show it."""
    found = list(rows[:SLICE])
    numbers = [one.pk for one in found]
    discard_files(StoredFile.objects.filter(owner=SUBMISSION, owner_number__in=numbers))
    Submission.objects.filter(pk__in=numbers).delete()
    renew_pages(*{one.unit_id for one in found})
    return len(found)


def _erase_candidacies(rows: models.QuerySet[Any], traces: Traces) -> int:
    """She stands no more in a vote that is not decided; of one that is, the counts stay, under nobody's name."""
    numbers = list(rows.values_list("pk", flat=True)[:SLICE])
    hers = Nomination.objects.filter(pk__in=numbers)
    hers.filter(ballot__decided_at=None).update(state=NominationState.WITHDRAWN, consented_at=traces.at)
    hers.update(name=ERASED, words=ERASED, consent_how="", nominee=None)
    return len(numbers)


def _call_reminder_off(rows: models.QuerySet[Any], traces: Traces) -> int:
    """The reminder set for later would be in her name. Without a name it would be the operator's, so it is called off."""
    numbers = list(rows.values_list("pk", flat=True)[:SLICE])
    Notice.objects.filter(pk__in=numbers).update(sent_by=None, remind_after_days=None)
    return len(numbers)


HOLDINGS = (
    Holding(
        Receipt,
        "person",
        _("notices I have seen, acknowledged or done"),
        _("to remind only those who have not answered"),
        VIEW_RECEIPTS,
        _("until she is erased; the counts by unit stay"),
        delete_rows,
        fields=("notice", "fact", "at"),
    ),
    Holding(
        JoinRequest,
        "person",
        _("requests to join groups"),
        _("to answer them"),
        RUN_GROUPS,
        _UNTIL_ERASED,
        delete_rows,
        fields=("unit", "words", "state", "asked_at", "answered_at", "answer"),
    ),
    Holding(
        JoinRequest,
        "answered_by",
        _("requests to join that I answered"),
        _("to know who answers for it"),
        RUN_GROUPS,
        _UNTIL_ERASED,
        unlink("answered_by"),
    ),
    Holding(
        ChatGroup,
        "owner",
        _("chat groups I own"),
        _("to know who answers for a chat group"),
        VIEW_GROUPS,
        _UNTIL_ERASED,
        unlink("owner"),
    ),
    Holding(
        ChatTurn,
        "person",
        _("turns at owning a chat group"),
        _("to know whose turn it is"),
        VIEW_GROUPS,
        _UNTIL_ERASED,
        delete_rows,
        fields=("chat", "place"),
    ),
    Holding(
        Affiliation,
        "asked_by",
        _("affiliations I asked for"),
        _("to know who answers for it"),
        RUN_GROUPS,
        _UNTIL_ERASED,
        unlink("asked_by"),
    ),
    Holding(
        Notice,
        "author",
        _("notices I began"),
        _("to know who answers for a notice"),
        Audience.ADDRESSED,
        _("until she is erased; the notice is the unit's and stays"),
        unlink("author"),
    ),
    Holding(
        Notice,
        "sent_by",
        _("notices I sent"),
        _("to know who answers for a notice"),
        Audience.ADDRESSED,
        _("until she is erased; the notice is the unit's and stays"),
        _call_reminder_off,
    ),
    Holding(
        Notice,
        "send_by",
        _("notices I planned to send"),
        _("to know who answers for a notice"),
        SEND_NOTICES,
        _("until she is erased; what she planned is then not sent"),
        unlink("send_by"),
    ),
    Holding(
        Series,
        "planned_by",
        _("notices I let repeat"),
        _("to know who answers for a notice"),
        SEND_NOTICES,
        _("until she is erased; what she planned is then not sent"),
        unlink("planned_by"),
    ),
    Holding(
        NoticeTemplate,
        "changed_by",
        _("templates I wrote"),
        _ANSWERS,
        SEND_NOTICES,
        _UNTIL_ERASED,
        unlink("changed_by"),
    ),
    Holding(
        Survey,
        "author",
        _("surveys I began"),
        _("to know who answers for it"),
        Audience.ADDRESSED,
        _UNTIL_ERASED,
        unlink("author"),
    ),
    Holding(
        NamedAnswer,
        "person",
        _("surveys I answered with my name"),
        _("to count the answers"),
        VIEW_RESULTS,
        _UNTIL_ERASED,
        delete_rows,
        fields=("survey", "values", "answered_at"),
    ),
    Holding(
        Dispatch,
        "by",
        _("reminders I asked for"),
        _("to know who answers for it"),
        SEND_NOTICES,
        _UNTIL_ERASED,
        unlink("by"),
    ),
    Holding(
        PhoneList,
        "asked_by",
        _("phone lists I asked for"),
        _ANSWERS,
        SEND_NOTICES,
        _UNTIL_ERASED,
        unlink("asked_by"),
    ),
    Holding(
        Call,
        "person",
        _("what came of telephoning me about a notice"),
        _("so that nobody is telephoned twice, and the sender knows why it did not reach her"),
        VIEW_RECEIPTS,
        _("until she is erased; the counts by unit stay"),
        delete_rows,
        fields=("notice", "unit", "outcome", "note", "at"),
        apart={"person": CALL_SILENT, "note": CALL_SILENT},
    ),
    Holding(
        Call,
        "by",
        _("calls I recorded"),
        _ANSWERS,
        VIEW_RECEIPTS,
        _UNTIL_ERASED,
        unlink("by"),
    ),
    Holding(
        Relay,
        "asked_by",
        _("calls I asked to be carried"),
        _("to know who answers for it"),
        VIEW_GROUPS,
        _UNTIL_ERASED,
        unlink("asked_by"),
    ),
    Holding(
        NoticeVersion,
        "replaced_by",
        _("notices I corrected"),
        _("to know who answers for a notice"),
        SEND_NOTICES,
        _UNTIL_ERASED,
        unlink("replaced_by"),
    ),
    Holding(
        NoticeQuestion,
        "asked_by",
        _("questions I asked about notices"),
        _("to tell her the answer"),
        Audience.HERSELF,
        _("until she is erased; an answered one stays without her"),
        unlink("asked_by"),
        fields=("notice", "text", "state", "asked_at", "answer"),
    ),
    Holding(
        NoticeQuestion,
        "answered_by",
        _("questions about notices that I answered"),
        _ANSWERS,
        SEND_NOTICES,
        _UNTIL_ERASED,
        unlink("answered_by"),
    ),
    Holding(
        Review,
        "asked_by",
        _("notices I asked somebody to read"),
        _ANSWERS,
        SEND_NOTICES,
        _UNTIL_ERASED,
        unlink("asked_by"),
    ),
    Holding(
        Review,
        "read_by",
        _("notices I read as second reader"),
        _ANSWERS,
        SEND_NOTICES,
        _UNTIL_ERASED,
        unlink("read_by"),
    ),
    Holding(
        Ballot,
        "begun_by",
        _("votes I began"),
        _ANSWERS,
        RUN_VOTES,
        _UNTIL_ERASED,
        unlink("begun_by"),
    ),
    Holding(
        Burst,
        "set_aside_by",
        _("votes I set aside"),
        _ANSWERS,
        RUN_VOTES,
        _UNTIL_ERASED,
        unlink("set_aside_by"),
    ),
    Holding(
        Nomination,
        "nominee",
        _("votes I stand in"),
        _("to show voters who stands"),
        Audience.ADDRESSED,
        _("until she is erased; the counts of a vote that is over stay"),
        _erase_candidacies,
        fields=("ballot", "name", "words", "state", "consented_at", "consent_how", "answer"),
    ),
    Holding(
        Nomination,
        "nominated_by",
        _("nominations I made"),
        _ANSWERS,
        RUN_VOTES,
        _UNTIL_ERASED,
        unlink("nominated_by"),
    ),
    Holding(
        Nomination,
        "consent_recorded_by",
        _("consents to stand that I recorded"),
        _ANSWERS,
        RUN_VOTES,
        _UNTIL_ERASED,
        unlink("consent_recorded_by"),
    ),
    Holding(
        Nomination,
        "answered_by",
        _("nominations I answered"),
        _ANSWERS,
        RUN_VOTES,
        _UNTIL_ERASED,
        unlink("answered_by"),
    ),
    Holding(
        Juror,
        "person",
        _("juries I am on"),
        _("to let her score"),
        RUN_VOTES,
        _UNTIL_ERASED,
        delete_rows,
        fields=("ballot",),
    ),
    Holding(
        Submission,
        "person",
        _("what I have sent in for a Home"),
        _("to publish it under the name she chose"),
        ANSWER_SUBMISSIONS,
        _("until she is erased, with its photos"),
        _erase_submissions,
        fields=("unit", "kind", "title", "text", "shown_name", "consent_text", "state", "sent_at", "answer"),
    ),
    Holding(
        Submission,
        "answered_by",
        _("what others sent in and I answered"),
        _ANSWERS,
        ANSWER_SUBMISSIONS,
        _UNTIL_ERASED,
        unlink("answered_by"),
    ),
)
