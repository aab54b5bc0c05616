"""When the mock itself fails in the middle of a turn: every reader's answer ends, the session is idle, what waits goes on."""

import logging

import pytest

from mockserver.app import create_pipeline
from mockserver.runtime import FixedClock
from mockserver.settings import Settings
from mockserver.stores.memory import MemoryStore
from mockserver.web.face import create_face
from tests.arrange import NOON, Api, answer, assert_refused, contents, frames, of_type


class FailingStore(MemoryStore):
    """A store whose method of this name fails the next time that it is called."""

    failing = None

    def _fail_once(self, name):
        if self.failing == name:
            self.failing = None
            raise OSError("the disk is full")

    def append_event(self, session, event):
        self._fail_once("append_event")
        return super().append_event(session, event)

    def change_session(self, agent_key, key, change):
        self._fail_once("change_session")
        return super().change_session(agent_key, key, change)

    def events(self, session, after):
        self._fail_once("events")
        return super().events(session, after)


@pytest.fixture
def store():
    return FailingStore(contents())


@pytest.fixture
def pipeline(store):
    return create_pipeline(Settings(), store=store, clock=FixedClock(NOON))


@pytest.fixture
def api(pipeline):
    return Api(create_face(pipeline))


@pytest.fixture
def session(api):
    return api.session("/v2/agents/a1", key="s1")


def read(response, number):
    return [frame for _ in range(number) for frame in frames(next(response.response))]


def rest(response):
    found = frames(b"".join(response.response))
    response.close()
    return found


def test_a_stream_ends_with_an_error_and_the_log_says_why(api, session, store, pipeline, caplog):
    response = api.open_stream(session, "Hello!")
    read(response, 2)
    store.failing = "append_event"

    with caplog.at_level(logging.ERROR):
        received = rest(response)

    assert [frame["type"] for frame in received[-2:]] == ["error", "end"]
    assert "the disk is full" in caplog.text
    assert api.get(session).json["status"] == "stopped"
    assert len(pipeline.services.runs) == 0
    assert answer(api.turn(session, "Hello!"))


def test_json_is_refused_as_the_document_declares(api, session, store):
    store.failing = "append_event"

    assert_refused(api.say(session, "Hello!"), 502, "SM421")

    assert api.get(session).json["status"] == "stopped"


def test_what_waits_goes_on_though_nobody_reads(api, session, store, pipeline):
    response = api.open_stream(session, "Hello!")
    read(response, 2)
    waiting = api.open_stream(session, "Hello again!", since="start")
    store.failing = "append_event"

    waiting.close()
    response.close()

    assert [event["type"] for event in api.events(session)] == ["input_message"] * 2 + ["agent_output"]
    assert api.get(session).json["status"] == "stopped"
    assert len(pipeline.services.runs) == 0


def test_an_interrupt_and_a_reset_meet_it_unharmed(api, session, store, pipeline):
    response = api.open_stream(session, "Hello!")
    read(response, 2)
    store.failing = "append_event"
    assert api.call("POST", f"{session}/events", {"type": "interrupt"}).status_code == 201
    assert rest(response)[-1] == {"type": "end"}
    response = api.open_stream(session, "Hello!")
    read(response, 2)
    store.failing = "change_session"

    assert api.call("POST", "/__admin/reset").status_code == 204

    assert [frame["type"] for frame in rest(response)[-2:]] == ["error", "end"]
    assert len(pipeline.services.runs) == 0


def test_every_reader_ends_though_the_end_of_the_turn_cannot_be_stored(api, session, store, pipeline):
    response = api.open_stream(session, "Hello!")
    while read(response, 1)[-1]["type"] != "context_consumed":
        pass
    store.failing = "change_session"

    assert [frame["type"] for frame in rest(response)] == ["error", "end"]
    assert len(pipeline.services.runs) == 0


def test_an_input_whose_history_cannot_be_read_leaves_nothing(api, session, store, pipeline):
    store.failing = "events"

    assert api.say(session, "Hello!", since="start").status_code == 500

    assert len(pipeline.services.runs) == 0
    assert api.get(session).json["status"] == "unstarted"


def test_an_input_that_could_not_be_queued_is_not_played(api, session, store):
    response = api.open_stream(session, "Hello!")
    read(response, 2)
    store.failing = "events"

    assert api.say(session, "Hello again!", since="start").status_code == 500

    rest(response)
    assert len(of_type(api.events(session), "input_message")) == 1
