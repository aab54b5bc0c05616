import base64
import hashlib
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from random import Random

import pytest

from mockserver.app import create_pipeline
from mockserver.domain.artifacts import Artifact, Upload, upload_message
from mockserver.domain.errors import Refused
from mockserver.domain.events import ArtifactUpload
from mockserver.domain.simulator.files import kept_uploads
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

    agent = api.state()["agents"][-1]

    assert agent["sessions"][0]["artifacts"] == api.get(f"{session}/artifacts").json["artifacts"]


def test_the_checksum_is_that_of_the_data(put, session):
    changed = replace(put(1), data=b"other")

    assert changed.as_json(with_data=False)["checksum_sha256"] == hashlib.sha256(b"other").hexdigest()


TEXT, IMAGE = Upload("a.txt", "text/plain", b"x" * 774), Upload("b.png", "image/png", BYTES)


def stored(uploads, session, services):
    return kept_uploads(uploads, session, services.store, services.ids.random_for("test"), NOON)


def stored_session(services, key="s1"):
    return services.store.session("support-agent", key)


def test_uploads_become_artifacts_in_their_order(api, session, services):
    kept = stored((TEXT, IMAGE), stored_session(services), services)

    assert [one.reference() for one in kept] == [
        {"artifact_id": kept[0].id, "filename": "a.txt", "mime_type": "text/plain", "size_bytes": 774},
        {"artifact_id": kept[1].id, "filename": "b.png", "mime_type": "image/png", "size_bytes": 256},
    ]
    assert api.get(f"{session}/artifacts", order_by="asc").json["artifacts"] == [one.as_json(with_data=False) for one in kept]
    assert [one.metadata for one in kept] == [{"original_filename": "a.txt"}, {"original_filename": "b.png"}]
    assert [one.created_at for one in kept] == [NOON, NOON]
    assert kept[1].data == BYTES
    assert stored((), stored_session(services), services) == ()


class SameNumbers(Random):
    """Chance that gives the same three numbers over and over, then others."""

    draws = 0

    def sample(self, population, k, **_):
        self.draws += 1
        return population[:3] if self.draws % 4 else population[self.draws : self.draws + 3]


def test_ids_that_collide_are_drawn_again(session, services):
    kept = kept_uploads((TEXT,) * 5, stored_session(services), services.store, SameNumbers(), NOON)

    assert len({one.id for one in kept}) == 5


def test_a_session_that_is_gone_takes_no_files(api, session, services):
    gone = stored_session(services)
    api.call("DELETE", session)
    api.session(key="s1")

    with pytest.raises(Refused) as caught:
        stored((TEXT,), gone, services)

    assert caught.value.refusal.code == "SM302"
    assert ids(api.get(f"{session}/artifacts")) == []


def test_the_model_is_told_name_type_size_and_id_of_each_file(services, session):
    kept = stored((TEXT, IMAGE), stored_session(services), services)

    assert upload_message(kept).splitlines() == [
        "The user uploaded 2 files:",
        f"- a.txt (text/plain, 774 B), artifact_id: {kept[0].id}",
        f"- b.png (image/png, 256 B), artifact_id: {kept[1].id}",
    ]
    assert upload_message(kept[:1]).startswith("The user uploaded 1 file:\n- a.txt")


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (20_583, "20.1 KiB"),
        (1_048_524, "1023.9 KiB"),
        (1_048_525, "1.0 MiB"),
        (10_485_760, "10.0 MiB"),
    ],
)
def test_sizes_are_told_as_people_write_them(session, services, size, told):
    (kept,) = stored((Upload("a", "text/plain", b"x" * size),), stored_session(services), services)

    assert f"(text/plain, {told})" in upload_message([kept])


def post_form(api, session, **parts):
    return api.call("POST", f"{session}/events", data=parts, content_type="multipart/form-data")


def test_files_that_come_with_a_message_are_artifacts(api, session):
    answer = post_form(api, session, message="Look at this.", files=[(BytesIO(BYTES), "a.bin"), (BytesIO(b"b"), "b.txt")])

    assert answer.status_code == 201, answer.text
    listed = api.get(f"{session}/artifacts", order_by="asc").json["artifacts"]
    assert [(one["filename"], one["mime_type"], one["size_bytes"]) for one in listed] == [
        ("a.bin", "application/octet-stream", 256),
        ("b.txt", "text/plain", 1),
    ]
    one = api.get(f"{session}/artifacts/{listed[0]['artifact_id']}").json
    assert base64.b64decode(one["data"]) == BYTES


def test_a_form_without_files_is_a_message(api, session):
    answer = post_form(api, session, message="Hello there!", stream_response="False")

    assert answer.status_code == 201
    assert answer.json["events"][0]["messages"] == [{"type": "text", "content": "Hello there!"}]


def test_a_form_may_ask_for_a_stream(api, session):
    answer = post_form(api, session, message="Hello there!", stream_response="true")

    assert answer.content_type == "text/event-stream"
    assert answer.text.endswith('event: end\ndata: {"type":"end"}\n\n')


@pytest.mark.parametrize(
    ("key", "parts", "status", "code"),
    [
        ("mock-viewer", {"message": "Hello"}, 403, "SM110"),
        ("mock-owner", {}, 400, "SM226"),
        ("mock-owner", {"message": "Hello", "since": "aev_unknown"}, 400, "SM405"),
        ("mock-owner", {"messages": '[{"type": "skill", "skill_name": "none"}]'}, 400, "SM403"),
        ("mock-owner", {"messages": '[{"type": "text"}]'}, 400, "SM203"),
    ],
)
def test_a_form_that_is_refused_stores_nothing(api, session, key, parts, status, code):
    before = api.state()
    files = {"files": (BytesIO(b"x"), "a.txt")} if parts else {}

    refused = Api(api.app, key=key).call("POST", f"{session}/events", data={**parts, **files}, content_type="multipart/form-data")

    assert_refused(refused, status, code)
    assert api.state() == before


def test_other_operations_take_no_forms(api):
    refused = api.call("POST", f"{AGENT}/sessions", data={"name": "x"}, content_type="multipart/form-data")

    assert_refused(refused, 415, "SM205")
    assert refused.json["messages"] == ["The media type of the body is multipart/form-data; send Content-Type: application/json."]


def test_an_input_may_be_json_or_a_form(api, session):
    refused = api.call("POST", f"{session}/events", data="Hello", content_type="text/plain")

    assert_refused(refused, 415, "SM205")
    assert refused.json["messages"][0].endswith("send Content-Type: application/json or multipart/form-data.")
