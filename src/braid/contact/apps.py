"""Contact as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactConfig(AppConfig):
    name = "braid.contact"
    label = "contact"
    verbose_name = _("Contact")

    def ready(self) -> None:
        from braid.kernel import delivery, files, personal, shell, worker
        from braid.people import hooks as people
        from braid.units import hooks

        from . import holdings
        from .actions import (
            advance_ballots,
            close_due_surveys,
            count_ballots,
            count_deliveries,
            count_surveys,
            fold_opens,
            fold_spool,
            fold_votes,
            forget_segments,
            forget_votes,
            freeze_due,
            go_on_dispatching,
            merge_ballots,
            merge_groups,
            merge_submissions,
            note_bursts,
            owe_due_digests,
        )
        from .actions.handing import count_drafts, hand_over_drafts
        from .composing import compose_digests, compose_notices, compose_reminders, compose_submissions
        from .enums import DIGEST, FILE_OWNER, NOTICE, REMINDER, SUBMISSION
        from .models import (
            Affiliation,
            Ballot,
            Carry,
            ChatGroup,
            Group,
            JoinRequest,
            Notice,
            NoticeTemplate,
            Series,
            Submission,
            Survey,
        )
        from .networks import forget_salts
        from .queries.attachments import may_read_files_of_notice
        from .queries.inbox import unread_of
        from .queries.submissions import may_read_photos

        hooks.owned_models += [Notice, Group, JoinRequest, ChatGroup, Affiliation, Ballot, Submission, Carry, Survey]
        hooks.owned_models += [Series, NoticeTemplate]
        hooks.before_merge += [merge_groups, merge_ballots, merge_submissions]
        shell.waiting["inbox"] = unread_of
        people.handovers.append(people.Handover("drafts", _("draft notices"), count_drafts, hand_over_drafts))
        delivery.COMPOSERS |= {
            NOTICE: compose_notices,
            REMINDER: compose_reminders,
            DIGEST: compose_digests,
            SUBMISSION: compose_submissions,
        }
        delivery.AT_ANY_HOUR.add(DIGEST)  # it comes at the hour she chose
        files.owners |= {FILE_OWNER: may_read_files_of_notice, SUBMISSION: may_read_photos}
        worker.rounds += [
            freeze_due,
            fold_spool,
            fold_opens,
            go_on_dispatching,
            owe_due_digests,
            count_deliveries,
            close_due_surveys,
            count_surveys,
            fold_votes,
            note_bursts,
            advance_ballots,
            count_ballots,
            forget_salts,
        ]
        worker.sweeps += [forget_segments, forget_votes]
        personal.HOLDINGS += holdings.HOLDINGS
