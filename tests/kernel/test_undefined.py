"""The guard against undefined template variables can fail, and leaves the templates of others alone."""

from __future__ import annotations

import pytest
from django.template import Context, Origin, Template, engines
from django.test import RequestFactory

from tests.undefined import UndefinedVariable


@pytest.mark.parametrize(
    "markup",
    [
        "{{ nobody }}",
        "{{ page.nobody }}",
        '{{ nobody|default:"x" }}',
        "{% with x=nobody %}{% endwith %}",
        "{% blocktranslate %}Hello {{ nobody }}{% endblocktranslate %}",
        '{% cotton "badge" :tone="nobody" %}x{% endcotton %}',
        '{% cotton "badge" :tone="page|upper" %}x{% endcotton %}',
    ],
)
def test_an_undefined_variable_raises(rf: RequestFactory, markup: str) -> None:
    with pytest.raises(UndefinedVariable):
        engines["django"].from_string(markup).render({"page": "p"}, rf.get("/"))


@pytest.mark.parametrize("markup", ["{% if nobody %}x{% endif %}", "{% for x in nobody %}x{% endfor %}"])
def test_asking_whether_it_is_there_is_allowed(rf: RequestFactory, markup: str) -> None:
    assert engines["django"].from_string(markup).render({}, rf.get("/")) == ""


def test_templates_of_others_are_left_alone() -> None:
    theirs = Origin("/somewhere/allauth/templates/x.html", "x.html")
    assert Template("[{{ nobody }}]", theirs, engine=engines["django"].engine).render(Context({})) == "[]"
