import pytest

from tests.arrange import Api


@pytest.fixture
def api(app):
    return Api(app)


@pytest.mark.parametrize("path", ["/health", "/ready", "/__admin/health"])
def test_health_needs_no_credential(app, path):
    answer = app.test_client().get(path)
    assert (answer.status_code, answer.json["status"]) == (200, "ok")


def test_a_reset_goes_back_to_the_first_world_and_forgets_the_journal(app, api):
    before = api.state()
    api.agent("a1")
    api.call("DELETE", "/v2/corpora/company-docs")

    assert app.test_client().post("/__admin/reset").status_code == 204

    assert api.state() == before
    assert app.test_client().get("/__admin/requests").json == {"requests": []}


def test_the_journal_tells_method_path_status_and_code(app, api):
    api.get("/v2/agents/nobody", odd="1")

    last = app.test_client().get("/__admin/requests").json["requests"][-1]
    assert {name: last[name] for name in ("method", "path", "query", "status", "code")} == {
        "method": "GET",
        "path": "/v2/agents/nobody",
        "query": "odd=1",
        "status": 404,
        "code": "SM301",
    }


@pytest.mark.parametrize(("method", "path"), [("GET", "/__admin/"), ("GET", "/__admin/nope"), ("POST", "/__admin/state")])
def test_an_unknown_admin_path_or_method_tells_what_there_is(app, method, path):
    answer = app.test_client().open(path, method=method)

    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert "POST /__admin/reset, GET /__admin/state" in answer.json["detail"]
