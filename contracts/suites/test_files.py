"""Files: what is uploaded is read back, in its session and nowhere else (api-facts §4.9)."""

import base64
import hashlib
import json

import pytest

from contracts.client import Api, Json, events_path, of_type, session_path
from contracts.promises import keeps
from contracts.world import RunWorld

EVERY_BYTE = bytes(range(256)) * 3 + b"\r\n--\r\n\x00"
FILES = {
    "text": ("menu.txt", "Moon soup 4 €\nCloud pie 6 €\n".encode(), "text/plain"),
    "binary": ("every byte.bin", EVERY_BYTE, "application/octet-stream"),
    "named": ("Übersicht 概要.csv", b"name,count\r\nmoon,4\r\n", "text/csv"),
}
Upload = tuple[str, bytes, str]


def _uploaded(api: Api, session: Json, *files: Upload) -> list[Json]:
    """Send files with a message; the artifacts that the answer names."""
    words = {"messages": json.dumps([{"type": "text", "content": "Thank you, please keep it."}])}
    answer = api.call("POST", events_path(session), data=words, files=[("files", file) for file in files], expect=201).json()
    return [artifact for event in of_type(answer["events"], "artifact_upload") for artifact in event["artifacts"]]


def _file(api: Api, session: Json, artifact_id: str) -> Json:
    found: Json = api.call("GET", f"{session_path(session)}/artifacts/{artifact_id}", expect=200).json()
    return found


@keeps("SC213")
@pytest.mark.parametrize("given", [["text"], ["binary"], ["named"], [*FILES]], ids=["text", "binary", "name", "several"])
def test_an_uploaded_file_is_listed_and_read_back_byte_for_byte(world: RunWorld, api: Api, given: list[str]):
    session = world.session(world.agent())
    sent = [FILES[name] for name in given]
    uploaded = _uploaded(api, session, *sent)
    assert [(one["filename"], one["size_bytes"]) for one in uploaded] == [(name, len(data)) for name, data, _ in sent]
    listed = api.artifacts(session)
    assert {one["artifact_id"] for one in listed} == {one["artifact_id"] for one in uploaded}
    assert not any("data" in one for one in listed)
    for (name, data, kind), one in zip(sent, uploaded, strict=True):
        read = _file(api, session, one["artifact_id"])
        assert base64.b64decode(read.pop("data"), validate=True) == data
        assert read in listed
        assert (read["filename"], read["mime_type"], read["size_bytes"]) == (name, kind, len(data))
        assert read["checksum_sha256"] == hashlib.sha256(data).hexdigest()
        assert one | read == read


@keeps("SC214")
def test_a_file_is_in_no_other_session(world: RunWorld, api: Api):
    agent = world.agent()
    owner, other, stranger = world.session(agent), world.session(agent), world.session(world.agent())
    (kept,) = _uploaded(api, owner, FILES["text"])
    (own,) = _uploaded(api, other, FILES["named"])
    for session in (other, stranger):
        api.call("GET", f"{session_path(session)}/artifacts/{kept['artifact_id']}", expect=404)
    assert [one["artifact_id"] for one in api.artifacts(other)] == [own["artifact_id"]]
    assert api.artifacts(stranger) == []


@keeps("SC214")
def test_a_file_is_gone_with_its_session(world: RunWorld, api: Api):
    agent = world.agent()
    session = world.session(agent)
    (kept,) = _uploaded(api, session, FILES["text"])
    api.call("DELETE", session_path(session), expect=204)
    files = f"{session_path(session)}/artifacts"
    api.call("GET", files, expect=404)
    api.call("GET", f"{files}/{kept['artifact_id']}", expect=404)
    again = world.session(agent, key=session["key"])
    assert api.artifacts(again) == []
    api.call("GET", f"{files}/{kept['artifact_id']}", expect=404)
