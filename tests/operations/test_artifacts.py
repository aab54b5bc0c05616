import base64
import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from mockserver.app import create_pipeline
from mockserver.domain.artifacts import Artifact
from mockserver.domain.events import ArtifactUpload
from mockserver.runtime import FixedClock
from mockserver.settings import Settings
from mockserver.web.face import create_face
from tests.arrange import NOON, Api, an_event, assert_refused

AGENT = "/v2/agents/support-agent"
BYTES = bytes(range(256))


@pytest.fixture(scope="module")
def pipeline():
    return create_pipeline(Settings(), clock=FixedClock(NOON))


@pytest.fixture(scope="module")
def served(pipeline):
    return create_face(pipeline), pipeline.services.clock


@pytest.fixture
def services(pipeline, app):
    return pipeline.services


@pytest.fixture
def api(app):
    return Api(app)


@pytest.fixture
def session(api):
    return api.session(key="s1")


@pytest.fixture
def put(services):
    """Put a file into the store, as a turn would."""

    def add(number, *, key="s1", **more):
        fields = {"filename": f"{number}.bin", "mime_type": "application/octet-stream", "data": BYTES, **more}
        created = {"created_at": services.clock.now(), **fields}
        session = services.store.session("support-agent", key)
        return services.store.add_artifact(session, Artifact(id=f"art_{number}", session_key=key, **created))

    return add


def ids(answer):
    return [artifact["artifact_id"] for artifact in answer.json["artifacts"]]


def test_an_artifact_is_listed_without_its_data(api, session, put):
    put(1, metadata={"original_filename": "1.bin"}, description="All bytes")

    assert api.get(f"{session}/artifacts").json == {
        "artifacts": [
            {
                "artifact_id": "art_1",
                "filename": "1.bin",
                "mime_type": "application/octet-stream",
                "size_bytes": 256,
                "checksum_sha256": hashlib.sha256(BYTES).hexdigest(),
                "metadata": {"original_filename": "1.bin"},
                "description": "All bytes",
                "ttl_days": 30,
                "created_at": "2026-01-15T12:00:00.000Z",
                "updated_at": "2026-01-15T12:00:00.000Z",
            }
        ],
        "metadata": {},
    }


def test_a_single_artifact_comes_with_its_data_in_base64(api, session, put):
    put(1)

    one = api.get(f"{session}/artifacts/art_1")

    assert one.status_code == 200
    assert base64.b64decode(one.json["data"], validate=True) == BYTES
    assert {name: value for name, value in one.json.items() if name != "data"} == api.get(f"{session}/artifacts").json[
        "artifacts"
    ][0]


def test_artifacts_are_listed_newest_first_unless_asked_otherwise(api, session, put, clock):
    for number in (1, 2, 3):
        put(number)
        clock.sleep(1)
    put(4, created_at=NOON)

    assert ids(api.get(f"{session}/artifacts")) == ["art_3", "art_2", "art_4", "art_1"]
    assert ids(api.get(f"{session}/artifacts", sort_by="updated_at", order_by="desc")) == ["art_3", "art_2", "art_4", "art_1"]
    assert ids(api.get(f"{session}/artifacts", order_by="asc")) == ["art_1", "art_4", "art_2", "art_3"]


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_hold_every_artifact_once(api, session, put, order):
    for number in range(7):
        put(number)
    pages, query = [], {}
    while True:
        answer = api.get(f"{session}/artifacts", limit=3, order_by=order, **query)
        pages.append(ids(answer))
        if "page_key" not in answer.json["metadata"]:
            break
        query = {"page_key": answer.json["metadata"]["page_key"]}

    assert [len(page) for page in pages] == [3, 3, 1]
    assert [name for page in pages for name in page] == ids(api.get(f"{session}/artifacts", limit=100, order_by=order))


def test_a_page_has_ten_artifacts_unless_asked_otherwise(api, session, put):
    for number in range(11):
        put(number)

    assert len(ids(api.get(f"{session}/artifacts"))) == 10
    assert len(ids(api.get(f"{session}/artifacts", limit=11))) == 11


def test_a_page_key_belongs_to_its_order(api, session, put):
    for number in range(2):
        put(number)
    key = api.get(f"{session}/artifacts", limit=1).json["metadata"]["page_key"]

    for other in ({"order_by": "asc"}, {"sort_by": "updated_at"}):
        assert_refused(api.get(f"{session}/artifacts", limit=1, page_key=key, **other), 400, "SM209")


@pytest.mark.parametrize(
    ("query", "field"),
    [({"limit": 0}, "limit"), ({"limit": 101}, "limit"), ({"sort_by": "name"}, "sort_by"), ({"order_by": "up"}, "order_by")],
)
def test_a_listing_that_the_document_does_not_know_is_refused(api, session, query, field):
    refused = api.get(f"{session}/artifacts", **query)

    assert_refused(refused, 400, "SM204")
    assert list(refused.json["field_errors"]) == [field]


def test_an_artifact_whose_days_are_over_is_gone(api, session, put, clock):
    put(1, ttl_days=1)
    put(2, ttl_days=2)

    clock.sleep(timedelta(days=1).total_seconds())

    assert ids(api.get(f"{session}/artifacts")) == ["art_2"]
    assert_refused(api.get(f"{session}/artifacts/art_1"), 404, "SM316", id="art_1")
    assert api.get(f"{session}/artifacts/art_2").status_code == 200


def test_an_artifact_belongs_to_its_session_alone(api, session, put):
    other = api.session(key="s2")
    put(1)

    assert ids(api.get(f"{other}/artifacts")) == []
    assert_refused(api.get(f"{other}/artifacts/art_1"), 404, "SM316", id="art_1")


def test_artifacts_go_with_their_session(api, session, put):
    put(1)
    api.call("DELETE", session)

    assert_refused(api.get(f"{session}/artifacts"), 404, "SM302", id="s1")
    api.session(key="s1")
    assert ids(api.get(f"{session}/artifacts")) == []


@pytest.mark.parametrize("path", [f"{AGENT}/sessions/nobody/artifacts", f"{AGENT}/sessions/nobody/artifacts/art_1"])
def test_artifacts_of_an_unknown_session_are_not_found(api, path):
    assert_refused(api.get(path), 404, "SM302", id="nobody")


def test_a_user_may_not_read_artifacts_and_a_viewer_may(api, session, put):
    put(1)
    for key, status in (("mock-agent-user", 403), ("mock-agent-viewer", 200), ("mock-viewer", 200)):
        api.key = key
        assert api.get(f"{session}/artifacts").status_code == status
        assert api.get(f"{session}/artifacts/art_1").status_code == status


def test_a_fork_has_the_files_that_its_events_name(api, session, put, services, clock):
    first = put(1)
    put(2, ttl_days=1)
    clock.sleep(timedelta(days=1).total_seconds())
    upload = an_event(1, body=ArtifactUpload((first.reference(),), "1.bin"))
    services.store.append_event(services.store.session("support-agent", "s1"), upload)

    fork = api.session(key="fork", from_session={"session_key": "s1"})

    (event,) = api.events(fork)
    assert ids(api.get(f"{fork}/artifacts")) == ["art_1"] == [row["artifact_id"] for row in event["artifacts"]]
    assert api.get(f"{fork}/artifacts/art_1").json == api.get(f"{session}/artifacts/art_1").json
    put(3, key="fork")
    assert ids(api.get(f"{session}/artifacts")) == ["art_1"]


def test_the_state_shows_artifacts_without_their_data(api, session, put):
    put(1)

    (agent,) = api.state()["agents"]

    assert agent["sessions"][0]["artifacts"] == api.get(f"{session}/artifacts").json["artifacts"]


def test_the_checksum_is_that_of_the_data(put, session):
    changed = replace(put(1), data=b"other")

    assert changed.as_json(with_data=False)["checksum_sha256"] == hashlib.sha256(b"other").hexdigest()
