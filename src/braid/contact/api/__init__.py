"""What programs can do with notices, receipts and the results of surveys."""

from .notices import notices_router, receipts_router
from .surveys import surveys_router

__all__ = ["notices_router", "receipts_router", "surveys_router"]
