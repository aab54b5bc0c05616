"""Who sends a request: API keys and tokens, and why one of them does not count."""

import base64
import json
from datetime import timedelta

import jwt
import pytest
import yaml

from mockserver.app import create_pipeline
from mockserver.domain.credentials import updated_app_client
from mockserver.runtime import FixedClock
from mockserver.settings import Settings
from mockserver.tokens import SignedTokens
from mockserver.web.face import create_face
from tests.arrange import NOON, Api, agent_body, assert_refused

CLIENT = {"client_id": "robot", "client_secret": "s3cret", "name": "robot", "api_roles": ["agent_viewer"]}
SECONDS = 600


@pytest.fixture
def clock():
    return FixedClock(NOON)


@pytest.fixture
def pipeline(tmp_path, clock):
    keys = [
        {"key": "k1", "name": "first", "api_roles": ["owner"]},
        {"key": "k2", "name": "off", "api_roles": ["owner"], "enabled": False},
        {"key": "a.b.c", "name": "dotted", "api_roles": ["owner"]},
    ]
    world = {"api_keys": keys, "app_clients": [CLIENT], "corpora": [], "agents": [agent_body("a1")]}
    file = tmp_path / "world.yaml"
    file.write_text(yaml.safe_dump(world), "utf-8")
    return create_pipeline(Settings(world=str(file), token_seconds=SECONDS), clock=clock)


@pytest.fixture
def app(pipeline):
    return create_face(pipeline)


def token_of(pipeline, client_id="robot", secret=CLIENT["client_secret"], **headers):
    issued = pipeline.authentication.outside(headers).services.issue_token(client_id, secret)
    return issued and issued.text


def with_token(app, text, **headers):
    return app.test_client().get("/v2/agents", headers={"Authorization": f"Bearer {text}", **headers})


def test_a_token_lets_its_app_client_in_with_the_clients_roles(app, pipeline):
    token = token_of(pipeline)

    assert with_token(app, token).status_code == 200
    refused = app.test_client().post("/v2/agents", json=agent_body("a2"), headers={"Authorization": f"Bearer {token}"})
    assert_refused(refused, 403, "SM110")
    assert "robot has none of them" in refused.json["messages"][0]


@pytest.mark.parametrize(("client_id", "secret"), [("robot", "S3cret"), ("robot", ""), ("nobody", "s3cret"), ("first", "k1")])
def test_no_token_without_the_right_secret(pipeline, client_id, secret):
    assert token_of(pipeline, client_id, secret) is None


def test_a_token_is_good_until_it_expires_and_not_a_second_longer(app, pipeline, clock):
    token = token_of(pipeline)

    clock.sleep(SECONDS - 1)
    assert with_token(app, token).status_code == 200
    clock.sleep(1)
    refused = with_token(app, token)

    assert_refused(refused, 401, "SM105")
    assert refused.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_a_token_of_a_client_that_is_gone_is_refused_at_once(app, pipeline):
    token = token_of(pipeline)

    pipeline.services.store.app_clients.remove("app_1")

    assert_refused(with_token(app, token), 401, "SM106")


def test_changed_roles_of_a_client_count_for_tokens_that_it_has(app, pipeline):
    token = token_of(pipeline)
    store = pipeline.services.store
    nothing = {"agent_roles": [], "corpus_roles": [], "api_roles": []}

    store.app_clients.change("app_1", lambda client: updated_app_client(client, nothing))

    assert_refused(with_token(app, token), 403, "SM110")


def forged(pipeline, **changes):
    claims = pipeline.authentication.tokens.read(token_of(pipeline))
    return {**claims, **changes}


def unsigned(claims):
    parts = [json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


@pytest.mark.parametrize("how", ["another key", "no signature", "other claims", "cut", "no claims"])
def test_a_token_that_was_not_signed_here_is_no_credential(app, pipeline, how):
    good = token_of(pipeline)
    header, _, signature = good.split(".")
    later = forged(pipeline, exp=int((NOON + timedelta(days=9)).timestamp()))
    body = base64.urlsafe_b64encode(json.dumps(later).encode()).rstrip(b"=").decode()
    text = {
        "another key": SignedTokens(b"k" * 32).signed(later),
        "no signature": unsigned(later),
        "other claims": f"{header}.{body}.{signature}",
        "cut": good[:-2],
        "no claims": jwt.encode({}, b"k" * 32),
    }[how]

    assert_refused(with_token(app, text), 401, "SM102")


def test_a_token_is_good_in_its_own_world_alone(app, pipeline):
    own, of_test = token_of(pipeline), token_of(pipeline, **{"x-test-id": "one"})

    assert with_token(app, of_test, **{"X-Test-Id": "one"}).status_code == 200
    for token, headers in ((own, {"X-Test-Id": "one"}), (of_test, {}), (of_test, {"X-Test-Id": "two"})):
        assert_refused(with_token(app, token, **headers), 401, "SM106")


def test_a_key_that_looks_like_a_token_is_still_a_key(app):
    assert with_token(app, "a.b.c").status_code == 200


def test_a_disabled_key_is_refused_by_that_name(app):
    assert_refused(Api(app, key="k2").get("/v2/agents"), 401, "SM104")


def test_no_secret_is_kept(pipeline):
    assert "s3cret" not in repr(pipeline.services.store.app_clients.listed(None))
    assert "'k1'" not in repr(pipeline.services.store.api_keys.listed(None))


def test_names_of_keys_do_not_tell_them(tmp_path):
    file = tmp_path / "world.yaml"
    file.write_text(yaml.safe_dump({"api_keys": [{"key": "t0p-s3cret"}], "corpora": [], "agents": []}), "utf-8")
    api = Api(create_face(create_pipeline(Settings(world=str(file)))), key="t0p-s3cret")

    refused = api.get("/v2/agents")

    assert_refused(refused, 403, "SM110")
    assert "API key 1 has none of them" in refused.text
    assert "t0p-s3cret" not in refused.text + api.get("/__admin/state").text + api.get("/__admin/requests").text


def test_the_request_ids_of_strangers_tell_nothing_of_how_many_came(app):
    def stranger():
        return Api(app, key="nobody").get("/v2/agents").headers["X-Request-Id"]

    def own():
        return Api(app, key="k1").get("/v2/agents").headers["X-Request-Id"]

    reset = Api(app).reset
    reset()
    before, one, after = own(), stranger(), own()

    assert len({before, one, after, stranger()}) == 4
    assert all(len(id_) == 32 for id_ in (before, one, after))
