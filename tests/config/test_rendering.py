"""Pages and fragments, private answers, and what every template gets."""

import gc
import json
import weakref

import pytest
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.template import Engine
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django_htmx.middleware import HtmxMiddleware

from config import rendering, static
from config.context import site
from config.middleware import PrivateResponses

PAGE = "<html>{% partialdef results inline %}<p id='results'>{{ word }}</p>{% endpartialdef results %}</html>"


def asked(**headers):
    """Return a request as the htmx middleware leaves it."""
    request = RequestFactory().get("/", headers={name.replace("_", "-"): value for name, value in headers.items()})
    return HtmxMiddleware(lambda given: given)(request)


@pytest.fixture
def page(tmp_path, settings):
    """Return the name of a template with the partial `results`."""
    (tmp_path / "page.html").write_text(PAGE)
    engine = Engine.get_default()
    loader = engine.template_loaders[0]
    inner = getattr(loader, "loaders", [loader])[0]
    inner.dirs = [tmp_path]
    yield "page.html"
    inner.dirs = None
    for each in engine.template_loaders:
        each.reset()


@pytest.mark.parametrize(
    ("headers", "piece"),
    [
        ({}, False),
        ({"HX_Request": "true"}, True),
        ({"HX_Request": "true", "HX_Boosted": "true"}, False),
        ({"HX_Request": "true", "HX_History_Restore_Request": "true"}, False),
    ],
)
def test_htmx_gets_the_piece_and_everybody_else_the_page(page, headers, piece):
    response = rendering.render_page(asked(**headers), page, {"word": "ann"}, fragment="results", status=422)
    assert response.status_code == 422
    assert "<p id='results'>ann</p>" in response.text
    assert ("<html>" in response.text) is not piece
    for name in rendering.VARIES:
        assert name in response["Vary"]


class Shown(str):
    """A word that tells when it is let go of."""

    __slots__ = ("__weakref__",)


@pytest.mark.parametrize("headers", [{}, {"HX_Request": "true"}])
def test_what_a_page_showed_is_let_go_of_without_a_collection(page, headers):
    shown = Shown("ann")
    known = weakref.ref(shown)
    gc.disable()
    try:
        response = rendering.render_page(asked(**headers), page, {"word": shown}, fragment="results")
        del shown
        assert "ann" in response.text
        assert known() is None
    finally:
        gc.enable()


def test_htmx_is_told_to_evaluate_nothing_and_keep_nothing(settings):
    told = json.loads(site(RequestFactory().get("/"))["htmx_config"])
    assert (told["allowEval"], told["includeIndicatorStyles"], told["historyCacheSize"]) == (False, False, 0)
    assert (told["allowScriptTags"], told["selfRequestsOnly"]) == (False, True)
    assert site(RequestFactory().get("/"))["base_url"] == settings.BASE_URL


@pytest.mark.parametrize(
    ("own", "wanted"),
    [
        (None, {"no-store"}),
        ("max-age=60", {"max-age=60", "private"}),
        ("public, max-age=60", {"public", "max-age=60"}),
        ("no-store", {"no-store"}),
    ],
)
def test_no_answer_is_kept_by_a_cache_it_was_not_meant_for(own, wanted):
    request = RequestFactory().get("/")
    request.resolver_match = None
    response = HttpResponse(headers={"Cache-Control": own} if own else {})
    answer = PrivateResponses(lambda _: response).process_response(request, response)
    assert {part.strip() for part in answer["Cache-Control"].split(",")} == wanted
    assert "Cookie" in answer["Vary"]


def test_an_import_map_cannot_end_its_script_element(monkeypatch):
    static.modules.cache_clear()
    monkeypatch.setattr(static, "modules", lambda: {"kith/a</script>": "/static/&<!--"})
    written = static.import_map()
    assert "<" not in written
    assert json.loads(written)["imports"] == {"kith/a</script>": "/static/&<!--"}


@login_not_required
def answer_nothing(request):
    """Answer with nothing."""
    return HttpResponse()


urlpatterns = [path("", answer_nothing)]


@pytest.mark.django_db  # an answer that is closed looks after the connections of tests before
@override_settings(ROOT_URLCONF=__name__)
def test_modules_are_found_in_the_sources_when_nothing_is_collected():
    static.modules.cache_clear()
    modules = static.modules()
    assert modules
    for name, address in modules.items():
        assert address == f"/static/js/{name.removeprefix('kith/')}.js"
        served = Client().get(address)
        assert served.status_code == 200
        assert "javascript" in served["Content-Type"]
        assert served.getvalue()
        served.close()
