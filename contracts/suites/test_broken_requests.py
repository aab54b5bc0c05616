"""Requests that cannot be read, and such as only a careful server survives: they are refused by name and fail nothing."""

from typing import Any

import httpx
import pytest

from contracts.client import Api, Json, events_path, session_path
from contracts.credentials import Credentials, UnavailableError
from contracts.hostile.fields import TEXT_FIELDS, TextField, sent
from contracts.hostile.requests import BROKEN, FILTERS, FORMS, MEDIA_TYPES, NAMES, ODD
from contracts.places import Places
from contracts.promises import keeps
from contracts.world import RunWorld

JSON = {"content-type": "application/json"}
OTHER_KINDS: tuple[Any, ...] = (["a"], {"a": "b"})


@pytest.fixture(scope="module")
def objects(world: RunWorld, credentials: Credentials) -> Places:
    """One object of each kind for all tests."""
    return Places(world, credentials)


@pytest.fixture(scope="module")
def session(world: RunWorld) -> Json:
    return world.session(world.agent())


def _survived(answer: httpx.Response, what: str) -> bool:
    """Hold that a server did not fail; say whether it refused, which it has to explain."""
    assert answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR, f"{what}: {answer.status_code} {answer.text[:200]}"
    return answer.is_client_error


@keeps("SC803")
@pytest.mark.parametrize("field", TEXT_FIELDS, ids=str)
def test_another_kind_than_text_is_refused_by_name(api: Api, objects: Places, field: TextField):
    try:
        path = field.at(objects)
    except UnavailableError as reason:
        pytest.skip(str(reason))
    before = api.call("GET", path, expect=200).json()
    for value in OTHER_KINDS if len(field.steps) == 1 else ("a", ["a"]):
        refused = sent(api, "PATCH", path, {**field.beside, field.name: value})
        assert refused.status_code == httpx.codes.BAD_REQUEST, f"{value!r}: {refused.status_code} {refused.text[:200]}"
        assert field.name in refused.text, f"{value!r}: the refusal does not name {field.name}: {refused.text[:200]}"
    if field.longest:
        refused = sent(api, "PATCH", path, field.body("x" * (field.longest + 1)))
        assert refused.status_code == httpx.codes.BAD_REQUEST, f"too long: {refused.status_code} {refused.text[:200]}"
        assert field.name in refused.text, f"too long: the refusal does not name {field.name}: {refused.text[:200]}"
    assert api.call("GET", path, expect=200).json() == before


@keeps("SC803")
@pytest.mark.parametrize("where", ["a new session", "a session", "an input"])
def test_a_body_that_is_no_object_is_refused_and_stores_nothing(api: Api, session: Json, where: str):
    method, path = _targets(session)[where]
    before = _seen(api, session)
    for name, body in BROKEN.items():
        refused = api.ask(method, path, content=body, headers=JSON)
        assert _survived(refused, name), f"{name}: answered {refused.status_code}"
        assert refused.json()["messages"], name
    assert _seen(api, session) == before


@keeps("SC803")
def test_a_form_that_cannot_be_read_is_refused_and_stores_nothing(api: Api, session: Json):
    before = _seen(api, session)
    for name, (media_type, body) in FORMS.items():
        refused = api.ask("POST", events_path(session), content=body, headers={"content-type": media_type})
        assert _survived(refused, name), f"{name}: answered {refused.status_code}"
        assert refused.json()["messages"], name
    assert _seen(api, session) == before


@keeps("SC803")
def test_no_body_fails_the_server(api: Api, world: RunWorld):
    session = world.session(world.agent())
    for method, path in _targets(session).values():
        for name, body in ODD.items():
            answer = api.ask(method, path, content=body, headers=JSON)
            if _survived(answer, f"{method} with {name}"):
                assert answer.json()["messages"], name
        for media_type in MEDIA_TYPES:
            _survived(api.ask(method, path, content=b"{}", headers={"content-type": media_type}), f"{method} as {media_type}")
    api.call("GET", session_path(session), expect=200)
    assert api.sessions(session["agent_key"])


@keeps("SC803")
def test_no_name_in_a_path_fails_the_server(api: Api, session: Json):
    own = session_path(session)
    for name, text in NAMES.items():
        for path in (f"/v2/agents/{text}", f"/v2/agents/{session['agent_key']}/sessions/{text}", f"{own}/events/{text}"):
            answer = api.ask("GET", path)
            assert _survived(answer, f"{name} in {path[:60]}"), f"{name} in {path[:60]}: answered {answer.status_code}"


@keeps("SC803")
@pytest.mark.parametrize("parameter", ["filter", "metadata_filter", "page_key", "limit"])
def test_no_parameter_fails_the_server(api: Api, session: Json, parameter: str):
    path = f"/v2/agents/{session['agent_key']}/sessions"
    for text in FILTERS:
        _survived(api.ask("GET", path, params={parameter: text}), f"{parameter}={text[:60]!r}")
    assert [found["key"] for found in api.sessions(session["agent_key"])] == [session["key"]]


def _targets(session: Json) -> dict[str, tuple[str, str]]:
    path = session_path(session)
    return {
        "a new session": ("POST", path.rpartition("/")[0]),
        "a session": ("PATCH", path),
        "an input": ("POST", f"{path}/events"),
    }


def _seen(api: Api, session: Json) -> object:
    return api.sessions(session["agent_key"]), api.events(session, include_hidden="true")
