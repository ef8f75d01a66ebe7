"""Choices of the rows the kernel keeps."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from .states import Flow


class ImportState(TextChoices):
    """How far the import of a file has come."""

    STAGING = "staging", _("being read")
    STAGED = "staged", _("waiting for confirmation")
    REFUSED = "refused", _("refused")
    APPLYING = "applying", _("being applied")
    APPLIED = "applied", _("applied")
    DROPPED = "dropped", _("dropped")


class DeliveryState(TextChoices):
    """How far a message to one person has come."""

    OWED = "owed", _("waiting to be sent")
    BEGUN = "begun", _("being sent")
    SENT = "sent", _("sent")
    UNKNOWN = "unknown", _("not known whether it arrived")
    FAILED = "failed", _("not delivered")
    SKIPPED = "skipped", _("not needed any more")


OPEN_DELIVERY = (DeliveryState.OWED.value, DeliveryState.BEGUN.value)
"""Those the worker still has to do with."""
DIRECT = "direct"
"""The kind of delivery that goes to an address whatever its owner chose: codes, changes of her account."""

DELIVERY_FLOW = Flow(
    "delivery",
    {
        DeliveryState.OWED: [DeliveryState.BEGUN, DeliveryState.SKIPPED],
        DeliveryState.BEGUN: [
            DeliveryState.SENT,
            DeliveryState.UNKNOWN,
            DeliveryState.FAILED,
            DeliveryState.OWED,
        ],
        DeliveryState.SENT: [],
        DeliveryState.UNKNOWN: [],
        DeliveryState.FAILED: [],
        DeliveryState.SKIPPED: [],
    },
)


class FileKind(TextChoices):
    """What a kept file is; the value is the ending of its name."""

    JPEG = "jpg", _("picture")
    PDF = "pdf", "PDF"
    DOCX = "docx", "DOCX"
    XLSX = "xlsx", "XLSX"
    ODT = "odt", "ODT"
