"""Where secrets are kept back, place by place; `test_no_secret_gets_out` walks through all of them at once."""

import json
import logging
from urllib.parse import quote

import pytest

from mockserver.app import create_app, create_pipeline
from mockserver.runtime import FixedClock
from mockserver.settings import Settings
from mockserver.stores.memory import MemoryStore
from mockserver.web.face import create_face
from tests.arrange import NOON, Api, agent_body, assert_refused, contents, frames, of_type

SECRET = "planted-s3cret/of+mine"  # noqa: S105 - a secret of the test
AUTH = {
    "bearer": ({"type": "bearer", "token": SECRET}, "token"),
    "header": ({"type": "header", "header": "X-Key", "value": SECRET}, "value"),
    "client credentials": (
        {"type": "oauth_client_credentials", "client_id": "me", "client_secret": SECRET, "token_endpoint": "https://a.example/"},
        "client_secret",
    ),
}


class FailingStore(MemoryStore):
    """A store that tells a secret when it fails."""

    is_failing = False

    def append_event(self, session, event):
        if self.is_failing:
            raise OSError(f"cannot write {SECRET!r}")
        return super().append_event(session, event)

    def change_agent(self, key, change):
        if self.is_failing:
            raise OSError(f"cannot write {SECRET!r}")
        return super().change_agent(key, change)


@pytest.fixture
def store():
    return FailingStore(contents())


@pytest.fixture
def api(store):
    return Api(create_face(create_pipeline(Settings(), store=store, clock=FixedClock(NOON))))


def fetching(auth, **more):
    return {"fetch": {"type": "web_get", "argument_override": {"url": "https://a.example/", "auth": auth, **more}}}


def give(api, secret=SECRET):
    return api.call("PUT", "/v2/agents/a1/secrets", {"secrets": {"mine": secret}})


@pytest.mark.parametrize(("auth", "field"), AUTH.values(), ids=AUTH)
def test_a_literal_credential_of_a_tool_is_masked_in_answers_and_events(api, auth, field):
    tools = fetching(auth, headers={"Authorization": SECRET, "Accept": "*/*"})
    created = api.call("POST", "/v2/agents", agent_body("a2", tools=tools))
    session = api.session("/v2/agents/a2")
    (output,) = of_type(api.turn(session, "Please fetch."), "tool_output")

    shown = {"url": "https://a.example/", "auth": {**auth, field: "****"}, "headers": {"Authorization": "****", "Accept": "*/*"}}
    assert created.json["tool_configurations"]["fetch"]["argument_override"] == shown
    assert output["resolved_argument_overrides"] == shown
    assert api.state()["agents"][0]["tool_configurations"]["fetch"]["argument_override"] == shown
    assert api.get("/v2/agents").json["agents"][0]["tool_configurations"]["fetch"]["argument_override"] == shown


def test_a_short_credential_is_masked_too(api):
    api.agent("a2", tools=fetching({"type": "bearer", "token": "a"}))

    assert api.get("/v2/agents/a2").json["tool_configurations"] == fetching({"type": "bearer", "token": "****"})
    assert api.state()["agents"][0]["tool_configurations"] == fetching({"type": "bearer", "token": "****"})


def test_a_reference_in_the_place_of_a_credential_is_shown(api):
    tools = fetching({"type": "bearer", "token": {"$ref": "agent.secrets.mine"}})

    api.agent("a2", tools=tools)

    assert api.get("/v2/agents/a2").json["tool_configurations"] == tools


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_agent_that_is_sent_back_as_it_was_read_keeps_its_credentials(api, store, method):
    api.agent("a2", tools=fetching({"type": "bearer", "token": SECRET}))
    read = api.get("/v2/agents/a2").json
    read["tool_configurations"]["fetch"]["argument_override"]["url"] = "https://b.example/"

    sent = {name: read[name] for name in ("name", "model", "tool_configurations", "first_step")}

    changed = api.call(method, "/v2/agents/a2", sent)

    assert changed.status_code == 200
    stored = store.agent("a2").config["tool_configurations"]["fetch"]["argument_override"]
    assert stored == {"url": "https://b.example/", "auth": {"type": "bearer", "token": SECRET}}


@pytest.mark.parametrize("broken", [f"${{{SECRET}", f"${{session.metadata.x}} #if({SECRET}"])
def test_a_credential_that_is_no_template_is_not_quoted(api, broken):
    api.agent("a2", tools=fetching({"type": "bearer", "token": broken}))
    session = api.session("/v2/agents/a2")

    refused = api.say(session, "Please fetch.")

    assert_refused(refused, 422, "SM401")
    assert "s3cret" not in refused.text


def test_other_overrides_that_are_no_templates_are_quoted(api):
    api.agent("a2", tools={"fetch": {"type": "web_get", "argument_override": {"url": "${session.metadata"}}})

    refused = api.say(api.session("/v2/agents/a2"), "Please fetch.")

    assert_refused(refused, 422, "SM401")
    assert "${session.metadata" in refused.json["messages"][0]


@pytest.mark.parametrize("path", ["/v2/agents/{}", "/v2/agents/a1/sessions/x-{}-y", "/v2/{}"])
def test_a_refusal_does_not_repeat_what_its_caller_gave_as_a_secret(api, path):
    path = path.replace("{}", quote(SECRET, safe="+"))
    api.get(path)
    give(api)

    refused = api.get(path)

    assert refused.status_code in {400, 404}
    assert "s3cret" not in refused.text


def test_a_refusal_does_not_repeat_the_credential_of_its_caller(api):
    assert api.get("/v2/agents/mock-owner").json["id"] == "****"
    assert api.get("/v2/agents/nobody").json["id"] == "nobody"


@pytest.mark.parametrize("credential", ["request_id", "messages", "Bearer reques"])
def test_a_refusal_has_its_members_whatever_its_caller_gave_as_a_credential(app, credential):
    refused = Api(app, key=None).get("/v2/agents", headers={"Authorization": credential})
    assert refused.status_code == 401
    assert refused.json["request_id"] == refused.headers["X-Request-Id"]
    assert refused.json["messages"]


def test_a_caller_cannot_find_out_what_another_gave(app):
    owner, other = Api(app), Api(app, key="mock-administrator")
    owner.call("PUT", "/v2/agents/support-agent/secrets", {"secrets": {"mine": "guess-me-if-you-can"}})

    assert other.get("/v2/agents/guess-me-if-you-can").json["id"] == "guess-me-if-you-can"
    assert owner.get("/v2/agents/guess-me-if-you-can").json["id"] == "****"
    assert "guess-me" not in owner.get("/__admin/requests").text


def test_an_error_frame_does_not_repeat_a_secret(api):
    give(api)
    api.agent("a2", tools={"fetch": {"type": "web_get", "argument_override": {"url": "https://a.example/"}}})
    session = api.session("/v2/agents/a2", key="s1")
    running = api.open_stream(session, "Hello!")
    next(running.response)
    waiting = api.open_stream(session, "Please fetch.", since="start")
    lost = {"fetch": {"type": "web_get", "argument_override": {"url": {"$ref": f"session.secrets.{SECRET}"}}}}
    api.call("PATCH", "/v2/agents/a2", {"tool_configurations": lost})

    received = frames(b"".join(waiting.response))
    running.close()
    waiting.close()

    assert [frame["type"] for frame in received[-2:]] == ["error", "end"]
    assert "session.secrets.****" in received[-2]["messages"][0]
    assert SECRET not in json.dumps(received)


@pytest.mark.parametrize("encode", [lambda char: f"%{ord(char):02x}", lambda char: quote(char, safe="")])
def test_the_journal_has_no_secret_however_it_was_encoded(api, encode):
    encoded = "".join(map(encode, SECRET))
    api.call("GET", "/v2/agents", query_string=f"filter={encoded}")
    api.call("GET", f"/v2/agents/{encoded}")
    give(api)

    first, second, _ = api.get("/__admin/requests").json["requests"]

    assert (first["query"], second["path"]) == ("filter=****", "/v2/agents/****")


def test_the_admin_api_repeats_no_secret_that_is_sent_to_it(api):
    give(api)

    for answer in (
        api.get(f"/__admin/{quote(SECRET)}"),
        api.get(f"/__admin/sessions/{quote(SECRET, safe='')}/s1/context"),
        api.call("PUT", "/__admin/chaos", {"rules": [{"operations": [SECRET], SECRET: SECRET}]}),
    ):
        assert answer.status_code in {400, 404}
        assert "s3cret" not in answer.text


def test_a_session_that_repeats_a_secret_is_shown_to_its_clients_and_masked_for_operators(api):
    """Metadata is no secret: what a client writes there is its own word. The admin API is wiser."""
    give(api)
    session = api.session("/v2/agents/a1", key="s1", metadata={"copy": SECRET})

    assert api.get(session).json["metadata"] == {"copy": SECRET}
    assert api.state()["agents"][0]["sessions"][0]["metadata"] == {"copy": "****"}


def test_a_defect_puts_no_secret_into_the_log(api, store, caplog):
    give(api)
    session = api.session("/v2/agents/a1", key="s1")
    store.is_failing = True

    with caplog.at_level(logging.DEBUG):
        assert api.say(session, "Hello!").status_code == 502
        assert api.call("PATCH", "/v2/agents/a1", {"name": SECRET}).status_code == 500

    assert caplog.text.count("OSError: cannot write '****'") == 2
    assert "s3cret" not in caplog.text
    assert not [record for record in caplog.records if SECRET in str(record.__dict__)]


def test_a_part_of_a_secret_that_another_mock_knows_hides_nothing_of_it_in_the_log(api, store, caplog):
    others = [Api(create_app(Settings())) for _ in range(6)]  # one of them is looked at before this one, most likely
    for other in others:
        other.call("PATCH", "/v2/agents/support-agent/secrets", {"secrets": {"part": SECRET[8:14]}})
    give(api)
    store.is_failing = True

    api.call("PATCH", "/v2/agents/a1", {"name": SECRET})

    assert "OSError: cannot write '****'" in caplog.text


def test_the_secrets_of_a_world_file_are_known_from_the_start(tmp_path):
    tools = fetching({"type": "bearer", "token": SECRET})
    world = {"api_keys": [{"key": "mock-owner", "api_roles": ["owner"]}], "corpora": []}
    agents = [{**agent_body(tools=tools), "secrets": {"other": "an0ther-secret"}}]
    (tmp_path / "world.yaml").write_text(json.dumps({**world, "agents": agents}), "utf-8")
    api = Api(create_app(Settings(world=str(tmp_path / "world.yaml"))))

    api.get(f"/v2/agents/{quote(SECRET, safe='')}")
    api.get("/v2/agents/an0ther-secret")

    assert [row["path"] for row in api.get("/__admin/requests").json["requests"]][:2] == ["/v2/agents/****"] * 2


@pytest.mark.parametrize("length", [1, 4096])
def test_a_secret_of_a_session_may_be_up_to_4096_characters_long(api, length):
    body = {"secrets": {"a-b_9": "x" * length}}
    session = api.session("/v2/agents/a1", key="s1", **body)

    assert api.call("PATCH", session, body).json["secrets"] == {"a-b_9": "****"}


@pytest.mark.parametrize("secret", ["", SECRET * 200, 5, [SECRET], None])
def test_a_secret_of_a_session_that_does_not_fit_is_refused_and_not_repeated(api, secret):
    for response in (
        api.call("POST", "/v2/agents/a1/sessions", {"secrets": {"mine": secret}}),
        api.call("PATCH", api.session("/v2/agents/a1"), {"secrets": {"mine": secret if secret is not None else 5}}),
    ):
        assert_refused(response, 400, "SM203")
        assert list(response.json["field_errors"]) == ["/secrets/mine"]
        assert "s3cret" not in response.text


def test_a_change_of_a_session_merges_its_secrets_and_null_removes_one(api, store):
    session = api.session("/v2/agents/a1", key="s1", secrets={"a": "1", "b": "2", "c": "3"})

    changed = api.call("PATCH", session, {"secrets": {"a": None, "b": "20", "d": "4", "gone": None}})

    assert changed.json["secrets"] == dict.fromkeys("bcd", "****")
    assert store.session("a1", "s1").secrets == {"b": "20", "c": "3", "d": "4"}


def test_a_fork_has_no_secret_of_its_source(api, store):
    session = api.session("/v2/agents/a1", key="s1", secrets={"mine": SECRET})
    api.turn(session, "Hello!")

    fork = api.call("POST", "/v2/agents/a1/sessions", {"key": "f1", "from_session": {"session_key": "s1"}})

    assert "secrets" not in fork.json
    assert store.session("a1", "f1").secrets == {}
