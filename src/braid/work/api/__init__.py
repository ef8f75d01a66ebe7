"""What programs can do with directives, forms, periods, roll-ups and reports, and with the burden meter."""

from .burden import burden_router
from .directives import directives_router
from .reports import forms_router, periods_router

__all__ = ["burden_router", "directives_router", "forms_router", "periods_router"]
