"""Tags of constants are rendered once for each language, and say what Django's own would."""

import pytest
from django.template import engines
from django.urls import reverse
from django.utils import translation

from config.templatetags import kept


def template(source):
    return engines["django"].from_string(source)


def test_a_kept_text_is_that_of_the_language():
    page = template('{% translate "Sunday" %}')
    said = []
    for language in ("en", "de", "en", "de"):
        with translation.override(language):
            said.append(page.render())
    assert said == ["Sunday", "Sonntag", "Sunday", "Sonntag"]


@pytest.mark.parametrize("source", ["{% translate name %}", "{% url name %}", "{% heroicon_mini name size=16 %}"])
def test_what_depends_on_a_variable_is_not_kept(source):
    page = template(source)
    names = ("account_login", "home") if "url" in source else ("plus", "trash")
    assert page.render({"name": names[0]}) != page.render({"name": names[1]})


def test_only_tags_of_constants_are_kept():
    sources = {
        '{% url "account_login" %}': True,
        '{% translate "Search" %}': True,
        '{% heroicon_mini "plus" size=16 %}': True,
        '{% translate "Search" as label %}': False,
        '{% translate "Search"|upper %}': False,
        "{% heroicon_mini name size=16 %}": False,
    }
    for source, is_kept in sources.items():
        [node] = template(source).template.nodelist
        assert isinstance(node, kept.KeptNode) is is_kept, source
    assert template('{% url "account_login" %}').render() == reverse("account_login")
