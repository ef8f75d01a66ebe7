"""What most Django projects do: a page of five queries, and a receipt by session and `get_or_create`."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

application = get_wsgi_application()

from bench.peer.models import PlainReceipt  # noqa: E402 (models need Django set up)
from braid.contact.models import Notice  # noqa: E402
from braid.units.models import Unit  # noqa: E402

PAGE = engines["django"].from_string(
    """<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{{ unit.name }}</title></head><body>
<nav>{% for above in ancestors %}<a href="/u/{{ above.code }}/">{{ above.name }}</a> {% endfor %}</nav><h1>{{ unit.name }}</h1>
<p>{{ count }} units</p><ul>{% for notice in notices %}<li>{{ notice.title }} {{ notice.sent_at }}</li>{% endfor %}</ul>
<ul>{% for child in children %}<li><a href="/u/{{ child.code }}/">{{ child.name }}</a> {{ child.get_kind_display }}</li>{% endfor %}</ul>
</body></html>"""
)


def page(request: HttpRequest, code: str) -> HttpResponse:
    """A unit's page with five queries and at most 60 rows."""
    unit = Unit.objects.get(code=code)
    numbers = [int(unit.path[i : i + 5], 36) for i in range(0, len(unit.path), 5)]
    context = {
        "unit": unit,
        "ancestors": Unit.objects.filter(number__in=numbers).order_by("depth"),
        "children": Unit.objects.filter(parent=unit).order_by("code")[:60],
        "notices": Notice.objects.filter(unit__in=numbers, state="sent", is_public=True).order_by("-sent_at")[:10],
        "count": Unit.objects.filter(parent=unit).count(),
    }
    return HttpResponse(PAGE.render(context, request))


@csrf_exempt
def read(request: HttpRequest, notice: int) -> HttpResponse:
    """Somebody signed in has read a notice."""
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    PlainReceipt.objects.get_or_create(user_id=request.user.pk, notice_id=notice)
    return HttpResponse(status=204)


urlpatterns = [path("u/<str:code>/", page), path("read/<int:notice>/", read)]
