"""Pictures and files of a draft."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from braid.contact.actions import attach_file, detach_file
from braid.contact.forms import AttachmentForm
from braid.contact.queries import draft_for
from braid.contact.queries.attachments import attachments_of
from braid.kernel.forms import said_in
from braid.people.decorators import PersonRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def notice_attachments(request: PersonRequest, pk: int) -> HttpResponse:
    """What hangs on a draft, and one more to add."""
    at = timezone.now()
    notice = draft_for(request.person, pk, at=at)
    form = AttachmentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            attach_file(notice, form.attachment, by=request.person, at=at)
            messages.success(request, _("Added."))
            return redirect("notice_attachments", pk=pk)
    words = {"notice": notice, "unit": notice.unit, "form": form, "attachments": attachments_of(notice)}
    return render(request, "contact/attach.html", words, status=422 if form.errors else 200)


@require_POST
@signed_in
def notice_attachment_remove(request: PersonRequest, pk: int, attachment: int) -> HttpResponse:
    """Take one away."""
    detach_file(draft_for(request.person, pk, at=timezone.now()), attachment, by=request.person)
    messages.success(request, _("Taken away."))
    return redirect("notice_attachments", pk=pk)
