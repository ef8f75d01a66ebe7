"""What most Django projects do: a page with a query for each thing on it, and a receipt by session and `get_or_create`."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

application = get_wsgi_application()

from bench.peer.models import PlainReceipt  # noqa: E402 (models need Django set up)
from braid.contact.models import Affiliation, Group, Notice, Submission  # noqa: E402
from braid.home.models import HelpLine, HomeText  # noqa: E402
from braid.units.models import Level, Unit  # noqa: E402

_TOP = """<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{{ unit.name }}</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/static/page.css">
<link rel="canonical" href="/u/{{ unit.code }}/"><link rel="alternate" href="/u/{{ unit.code }}/feed.atom"></head><body>
<nav>{% for above in ancestors %}<a href="/u/{{ above.code }}/">{{ above.name }}</a> {% endfor %}</nav><h1>{{ unit.name }}</h1>
"""
_LISTS = """<p>{{ count }} units</p><ul>{% for notice in notices %}<li>{{ notice.title }} {{ notice.sent_at }}</li>{% endfor %}</ul>
<ul>{% for child in children %}<li><a href="/u/{{ child.code }}/">{{ child.name }}</a> {{ child.get_kind_display }}</li>{% endfor %}</ul>
</body></html>"""
THIN = engines["django"].from_string(_TOP + _LISTS)
PAGE = engines["django"].from_string(
    _TOP
    + """<p>{{ level.name }}</p>
{% for text in texts %}{% if text.about %}<p>{{ text.about }} {{ text.unit.name }}</p>{% endif %}
{% if text.phone %}<p>Phone {{ text.phone }}</p>{% endif %}{% if text.address %}<p>Address {{ text.address }}</p>{% endif %}{% endfor %}
<ul>{% for line in help_lines %}<li>{{ line.number }} {{ line.name }} {{ line.unit.name }} {{ line.checked_on }}</li>{% endfor %}</ul>
<ul>{% for group in groups %}<li><a href="/groups/{{ group.unit.code }}/">{{ group.unit.name }}</a> {{ group.purpose }}</li>{% endfor %}</ul>
<ul>{% for one in together %}<li><a href="/u/{{ one.virtual.code }}/">{{ one.virtual.name }}</a></li>{% endfor %}</ul>
<ul>{% for one in submissions %}<li><a href="/submissions/{{ one.pk }}/">{{ one.title }}</a></li>{% endfor %}</ul>
<form action="/find/"><input name="q"><input type="hidden" name="near" value="{{ unit.code }}"><button>Find</button></form>
"""
    + _LISTS
)


def page(request: HttpRequest, code: str) -> HttpResponse:
    """A unit's page that shows what a Home shows, as one writes it first: a query for each thing."""
    unit = Unit.objects.get(code=code)
    numbers = _numbers(unit)
    lines = HelpLine.objects.filter(unit__in=numbers, is_hidden=False).exclude(checked_on=None)
    context = {
        **_shown_by_both(unit, numbers),
        "level": Level.objects.filter(number=unit.level).first(),
        "texts": HomeText.objects.filter(unit__in=numbers).select_related("unit").order_by("-unit__depth"),
        "help_lines": lines.select_related("unit").order_by("unit__depth"),
        "groups": Group.objects.filter(unit__parent=unit, is_public=True)
        .select_related("unit")
        .order_by("unit_path")[:50],
        "together": Affiliation.objects.filter(unit=unit, state="current")
        .select_related("virtual")
        .order_by("-pk")[:50],
        "submissions": Submission.objects.filter(unit=unit, state="accepted").order_by("-pk")[:5],
    }
    return HttpResponse(PAGE.render(context, request))


def thin(request: HttpRequest, code: str) -> HttpResponse:
    """A page that shows less: five queries."""
    unit = Unit.objects.get(code=code)
    return HttpResponse(THIN.render(_shown_by_both(unit, _numbers(unit)), request))


def _shown_by_both(unit: Unit, numbers: list[int]) -> dict[str, object]:
    return {
        "unit": unit,
        "ancestors": Unit.objects.filter(number__in=numbers).order_by("depth"),
        "children": Unit.objects.filter(parent=unit).order_by("code")[:60],
        "notices": Notice.objects.filter(unit__in=numbers, state="sent", is_public=True).order_by("-sent_at")[:10],
        "count": Unit.objects.filter(parent=unit).count(),
    }


def _numbers(unit: Unit) -> list[int]:
    return [int(unit.path[i : i + 5], 36) for i in range(0, len(unit.path), 5)]


@csrf_exempt
def read(request: HttpRequest, notice: int) -> HttpResponse:
    """Somebody signed in has read a notice."""
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    PlainReceipt.objects.get_or_create(user_id=request.user.pk, notice_id=notice)
    return HttpResponse(status=204)


urlpatterns = [path("u/<str:code>/", page), path("thin/<str:code>/", thin), path("read/<int:notice>/", read)]
