"""What programs can do with forms, periods, roll-ups and reports."""

from .reports import forms_router, periods_router

__all__ = ["forms_router", "periods_router"]
