"""Tokens of app clients: at both paths, in both encodings, for as long as they are good, and what OAuth 2 says of refusals."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.app import create_app
from mockserver.domain.errors import Refused
from mockserver.operations.tokens import oauth_error
from mockserver.runtime import FixedClock
from mockserver.settings import Settings
from tests.arrange import NOON, Api, assert_refused, shared_api

PATHS = ["/oauth/token", "/oauth2/token"]
FORM = "application/x-www-form-urlencoded"
GRANT = {"grant_type": "client_credentials"}
HALF_AN_HOUR = 1800


@pytest.fixture
def api(app):
    return Api(app)


@pytest.fixture
def made(api):
    """An app client that may read."""
    return api.app_client(api_roles=["viewer"])


def asked(made, **more):
    return {"client_id": made["client_id"], "client_secret": made["client_secret"], **GRANT, **more}


def bearer(api, token, path="/v2/agents"):
    return api.app.test_client().get(path, headers={"Authorization": f"Bearer {token}"})


def assert_no_token(response, status, code, error):
    """Hold a refusal to both shapes: that of this API, and that of RFC 6749 §5.2."""
    assert_refused(response, status, code)
    assert response.json["error"] == error
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", response.json["error_description"])
    assert "access_token" not in response.json
    if status == 401:
        assert response.headers["WWW-Authenticate"]


@pytest.mark.parametrize("encoding", ["json", "data"], ids=["JSON", "form"])
@pytest.mark.parametrize("path", PATHS)
def test_an_app_client_gets_a_token_for_its_secret(api, made, path, encoding):
    response = api.app.test_client().post(path, **{encoding: asked(made)})

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    token = response.json.pop("access_token")
    assert response.json == {"access_token": token, "token_type": "Bearer", "expires_in": HALF_AN_HOUR}
    assert bearer(api, token).status_code == 200
    assert api.as_(token).get("/v2/agents").status_code == 200
    assert_refused(api.as_(token).call("POST", "/v2/corpora", {"key": "c1"}), 403, "SM110")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("encoding", ["json", "data"], ids=["JSON", "form"])
@pytest.mark.parametrize(
    "wrong", [{"client_secret": "wrong"}, {"client_id": "wrong"}, {"client_id": "x", "client_secret": "y"}], ids=str
)
def test_a_wrong_id_and_a_wrong_secret_are_refused_alike(api, made, path, encoding, wrong):
    response = api.app.test_client().post(path, **{encoding: asked(made, **wrong)})

    assert_no_token(response, 401, "SM107", "invalid_client")
    assert response.json["messages"] == ["Client id and secret do not belong together."]


def test_the_secret_of_another_app_client_is_a_wrong_one(api, made):
    other = api.app_client("Other")

    assert_no_token(api.token(made, client_secret=other["client_secret"]), 401, "SM107", "invalid_client")


def test_an_api_key_is_no_app_client(api):
    key = api.api_key(api_roles=["viewer"])

    response = api.app.test_client().post(PATHS[0], json=asked({"client_id": key["id"], "client_secret": key["secret_key"]}))

    assert_no_token(response, 401, "SM107", "invalid_client")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("encoding", ["json", "data"], ids=["JSON", "form"])
@pytest.mark.parametrize("grant", ["password", "authorization_code", "Client_Credentials"])
def test_another_grant_is_refused_by_name(api, made, path, encoding, grant):
    response = api.app.test_client().post(path, **{encoding: asked(made, grant_type=grant)})

    assert_no_token(response, 400, "SM203", "unsupported_grant_type")
    assert response.json["field_errors"] == {"/grant_type": "must be one of 'client_credentials'"}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("encoding", ["json", "data"], ids=["JSON", "form"])
def test_the_grant_may_be_left_out_as_the_platforms_asynchronous_client_does(api, made, path, encoding):
    body = {name: text for name, text in asked(made).items() if name != "grant_type"}

    assert api.app.test_client().post(path, **{encoding: body}).status_code == 200


@pytest.mark.parametrize("missing", ["client_id", "client_secret"])
@pytest.mark.parametrize("encoding", ["json", "data"], ids=["JSON", "form"])
def test_what_is_missing_is_named(api, made, encoding, missing):
    body = {name: text for name, text in asked(made).items() if name != missing}

    response = api.app.test_client().post(PATHS[0], **{encoding: body})

    assert_no_token(response, 400, "SM203", "invalid_request")
    assert response.json["field_errors"] == {f"/{missing}": "is required"}


@pytest.mark.parametrize(
    ("raw", "media_type", "status", "code"),
    [
        (b"{", "application/json", 400, "SM201"),
        (b"[]", "application/json", 400, "SM203"),
        (b"", FORM, 400, "SM202"),
        (b"client_id=a&client_id=b", FORM, 400, "SM224"),
        (b"x=1&x=2", FORM, 400, "SM224"),
        (b"client_id=%ff", FORM, 400, "SM225"),
        (b"client_id=\xff", FORM, 400, "SM225"),
        (b"client_id=&client_secret=x&grant_type=client_credentials", FORM, 400, "SM203"),
        (b"&&&=;%", FORM, 400, "SM203"),
    ],
)
def test_a_body_that_cannot_be_read_is_an_invalid_request(api, raw, media_type, status, code):
    response = api.app.test_client().post(PATHS[0], data=raw, content_type=media_type)

    assert_no_token(response, status, code, "invalid_request")


def test_another_media_type_is_refused(api):
    assert_refused(api.app.test_client().post(PATHS[0], data=b"x", content_type="text/plain"), 415, "SM205")
    assert_refused(api.app.test_client().get(PATHS[0]), 405, "SM208")


def test_no_credential_is_needed_and_a_bad_one_does_no_harm(api, made):
    for headers in ({}, {"x-api-key": "unknown"}, {"Authorization": "Basic xyz"}):
        assert api.app.test_client().post(PATHS[0], data=asked(made), headers=headers).status_code == 200


def test_a_token_is_good_until_it_expires(api, made, clock):
    token = api.token(made).json["access_token"]

    clock.sleep(HALF_AN_HOUR - 1)
    assert bearer(api, token).status_code == 200
    clock.sleep(1)
    assert_refused(bearer(api, token), 401, "SM105")
    assert bearer(api, api.token(made).json["access_token"]).status_code == 200


def test_a_setting_says_how_long_a_token_is_good():
    clock = FixedClock(NOON)
    api = Api(create_app(Settings(token_seconds=10), clock=clock))
    answer = api.token(api.app_client(api_roles=["viewer"])).json
    assert answer["expires_in"] == 10
    clock.sleep(timedelta(seconds=10).total_seconds())
    assert_refused(bearer(api, answer["access_token"]), 401, "SM105")


@pytest.mark.parametrize("place", [0, 1, 2], ids=["header", "claims", "signature"])
def test_a_token_that_was_changed_is_none(api, made, place):
    parts = api.token(made).json["access_token"].split(".")
    parts[place] = parts[place][::-1]

    assert_refused(bearer(api, ".".join(parts)), 401, "SM102")


def test_a_token_counts_in_the_world_that_it_was_issued_in(api, made):
    token, test = api.token(made).json["access_token"], {"X-Test-Id": "t1"}

    assert_refused(api.app.test_client().get("/v2/agents", headers={"x-api-key": token, **test}), 401, "SM106")
    assert_refused(api.app.test_client().post(PATHS[0], data=asked(made), headers={"X-Test-Id": "!"}), 400, "SM216")


def test_an_error_that_was_asked_for_is_of_the_same_shape(api, made):
    response = api.app.test_client().post(PATHS[0], data=asked(made), headers={"Prefer": "code=401"})

    assert_no_token(response, 401, "SM215", "invalid_client")


@given(st.text(max_size=80), st.sampled_from([400, 401, 403, 415, 503]))
def test_what_oauth_clients_are_told_is_in_the_characters_that_they_may_be_told(message, status):
    told = oauth_error(status, Refused("SM107", message))

    assert set(told) == ({"error", "error_description"} if status in {400, 401} else set())
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*", told.get("error_description", ""))


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=5))
def test_a_form_says_what_the_same_json_says(values):
    post = shared_api().app.test_client().post
    filled = {name: text for name, text in values.items() if text}

    form = post(PATHS[0], data=urlencode(values) or "a=", content_type=FORM)
    plain = post(PATHS[0], json=filled)

    assert (form.status_code, form.json["field_errors"]) == (plain.status_code, plain.json["field_errors"])
