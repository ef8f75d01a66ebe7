"""Input about pictures and files of notices into clean values."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from braid.contact.actions import NewAttachment
from braid.kernel.files import FileField

DESCRIPTION_HELP = _("People who cannot see it hear these words.")


class AttachmentForm(forms.Form):
    """One picture or file, with its description."""

    file = FileField(label=_("Picture or file"))
    description = forms.CharField(
        label=_("What the picture shows or the file is"), max_length=200, help_text=DESCRIPTION_HELP
    )

    @property
    def attachment(self) -> NewAttachment:
        """What was chosen, once the form is valid."""
        return NewAttachment(**self.cleaned_data)
