"""A form's field for a file: what comes out is proven."""

from __future__ import annotations

from typing import Any

from django import forms

from braid.kernel.errors import BadInput

from .proving import Proven, accepted, kinds_in_words, prove


class FileField(forms.FileField):
    """Takes one file; its clean value is a `Proven`, or None where nothing was chosen."""

    def __init__(self, *, only_pictures: bool = False, **kwargs: Any) -> None:
        self._only_pictures = only_pictures
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": accepted(only_pictures=only_pictures)}))
        super().__init__(**kwargs)

    def __deepcopy__(self, memo: dict[int, Any]) -> FileField:
        """Each form's own, with the sizes that are set now, in the language of now."""
        copy: FileField = super().__deepcopy__(memo)
        copy.help_text = self.help_text or kinds_in_words(only_pictures=self._only_pictures)
        return copy

    def clean(self, data: Any, initial: Any = None) -> Proven | None:
        """What the file is; `ValidationError` with the reason when it may not be kept."""
        file = super().clean(data, initial)
        if not file:
            return None
        try:
            return prove(file, only_pictures=self._only_pictures)
        except BadInput as refusal:
            raise forms.ValidationError(refusal.message) from refusal
