"""Random legal conversations: every stream keeps to the order grammar, and what is streamed is what is stored.

The judge is the checker of `contracts`, which knows the document and nothing of the mock.
"""

from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.checks.order import faults_of_stream, faults_of_turn
from contracts.checks.stored import faults_against_store
from contracts.document import event_order
from contracts.sse import Reader
from tests.arrange import Api, examples, shared_api

ORDER = event_order()
SCENARIOS = [
    "thinking", "tool_activity", "tool_error", "parallel_tools", "interim_text", "client_tool_pending", "structured_output",
    "image_read", "step_transition", "step_transition_limit_exceeded", "context_limit_exceeded", "session_interrupted",
    "skill_load", "sub_agent_activity", "compaction", "compaction_started", "artifact_upload", "empty_answer", "unicode",
]  # fmt: skip
TEXTS = [
    "Hello!", "How long does delivery take?", "What did I ask you before?", "I forgot my password.", "Get location, please.",
    "Ask support: how is a password reset?", "Search the web for tea.", "Fetch https://moon.example/menu please.",
    "Check weather.", "Tea ceremony, please.", "日本語で教えてください。 😀", "Read document doc-basic-password.",
]  # fmt: skip
PICTURE = ("moon.png", b"\x89PNG\r\n\x1a\n moon", "image/png")
MENU = ("menu.txt", "Moon soup 4\nCloud pie 6 é\n".encode(), "text/plain")

say = st.tuples(st.just("say"), st.sampled_from(TEXTS))
play = st.tuples(st.just("play"), st.sampled_from(SCENARIOS))
move = st.one_of(
    say,
    say,
    play,
    play,
    st.tuples(st.just("upload"), st.sampled_from([PICTURE, MENU])),
    st.tuples(st.just("compact"), st.booleans()),
    st.tuples(st.just("hide"), st.integers(0, 50)),
    st.tuples(st.just("interrupt"), st.integers(1, 12)),
    st.tuples(st.just("queue"), st.sampled_from(["steer", "follow_up"])),
)


def read(raw):
    """Read a stream byte by byte."""
    reader = Reader()
    found = [frame.data for place in range(len(raw)) for frame in reader.feed(raw[place : place + 1])]
    reader.close()
    return found


@dataclass
class Conversation:
    """One session of the mock; `judged` counts the streams that were held to grammar and store."""

    api: Api
    session: str
    judged_so_far: Counter

    def stored(self):
        return self.api.events(self.session, include_hidden="true")

    def judged(self, raw, before, *, since=False):
        """Hold a stream to the grammar and to what is stored behind `before` events."""
        frames = read(raw)
        assert list(faults_of_stream(frames, ORDER, since=since)) == []
        assert list(faults_against_store(frames, self.stored()[before:], ORDER)) == []
        self.judged_so_far["streams"] += 1
        return frames

    def post(self, body, headers=None):
        before = len(self.stored())
        response = self.api.call("POST", f"{self.session}/events", {**body, "stream_response": True}, headers=headers or {})
        assert response.status_code == 201, response.text
        return self.judged(response.data, before)

    def settle(self):
        """Give what is waited for, so that the next message is legal."""
        while pending := self.api.get(f"{self.session}/outstanding_client_tool_calls").json["client_tool_calls"]:
            outputs = [{"type": "error", "event_id": call["event_id"], "error": "no"} for call in pending]
            self.post({"type": "tool_output", "tool_outputs": outputs})

    def say(self, text):
        self.post({"messages": [{"type": "text", "content": text}]})

    def play(self, scenario):
        self.post({"messages": [{"type": "text", "content": "Hello!"}]}, {"Prefer": f"scenario={scenario}"})

    def upload(self, file):
        before = len(self.stored())
        name, data, kind = file
        form = {"files": (BytesIO(data), name, kind), "stream_response": "true"}
        response = self.api.call("POST", f"{self.session}/events", data=form, content_type="multipart/form-data")
        assert response.status_code == 201, response.text
        self.judged(response.data, before)

    def compact(self, whole):
        visible = self.api.events(self.session)
        anchor = {"compact_up_to_event_id": visible[-1]["id"]} if whole and visible else {}
        self.post({"type": "compact", **anchor})

    def hide(self, place):
        """Hide a message; without other events an answer to `since` would have gaps that no turn has."""
        if visible := [event for event in self.api.events(self.session) if event["type"] == "input_message"]:
            self.api.call("POST", f"{self.session}/events/{visible[place % len(visible)]['id']}/hide")

    def opened(self, text, read_first, **more):
        response = self.api.open_stream(self.session, text, **more)
        assert response.status_code == 201
        return response, b"".join(islice(response.response, read_first))

    def interrupt(self, after):
        before = len(self.stored())
        response, raw = self.opened("How long does delivery take?", after)
        assert self.api.call("POST", f"{self.session}/events", {"type": "interrupt"}).json["events"] == []
        self.judged(raw + b"".join(response.response), before)
        response.close()

    def queue(self, behavior):
        before = len(self.stored())
        response, raw = self.opened("How long does delivery take?", 3)
        second, _ = self.opened("Hello!", 0, since="start", behavior=behavior)
        joined = b"".join(second.response)
        first = read(raw + b"".join(response.response))
        assert list(faults_of_stream(first, ORDER)) == []
        frames = read(joined)
        assert list(faults_of_stream(frames, ORDER, since=True)) == []
        named = [frame["id"] for frame in frames if frame.get("id") and frame["type"] in ORDER.persisted]
        assert max(Counter(named).values(), default=1) == 1
        assert set(named) >= {event["id"] for event in self.stored()[before:] if event["type"] in ("input_message", "tool_input")}
        second.close()
        response.close()


def a_session_at_the_workbench(api):
    """Begin a session with the agent that has a tool of every kind, one that the caller runs among them."""
    tool = {"type": "client", "tool_id": "tol_get_location"}
    api.call("PATCH", "/v2/agents/workbench-agent", {"tool_configurations": {"get_location": tool}})
    return api.session("/v2/agents/workbench-agent", key="s1")


def test_a_thousand_streams_of_legal_conversations_are_in_order_and_are_what_is_stored():
    judged = Counter()

    @examples(180)
    @given(st.lists(move, min_size=6, max_size=10))
    def conversations(moves):
        api = shared_api()
        api.reset()
        conversation = Conversation(api, a_session_at_the_workbench(api), judged)
        for name, argument in moves:
            conversation.settle()
            getattr(conversation, name)(argument)
        conversation.settle()

        stored = conversation.stored()
        assert max(Counter(event["id"] for event in stored).values(), default=1) == 1
        assert api.get(conversation.session).json["status"] in ("stopped", "unstarted")

    conversations()
    assert judged["streams"] >= 1000


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_says_the_same_as_json_and_as_a_stream(scenario):
    api = shared_api()
    api.reset()
    session = api.session("/v2/agents/workbench-agent", key="s1")
    whole = api.say(session, "Hello!", headers={"Prefer": f"scenario={scenario}"}).json["events"]
    assert list(faults_of_turn(whole, ORDER)) == []
    api.reset()
    session = api.session("/v2/agents/workbench-agent", key="s1")
    raw = api.say(session, "Hello!", headers={"Prefer": f"scenario={scenario}"}, stream_response=True).data

    streamed = read(raw)

    named = [(frame["type"], frame["id"]) for frame in streamed if "id" in frame and frame["type"] not in ORDER.stream_only]
    spoken = [("agent_output", frame["event_id"]) for frame in streamed if frame.get("event_id")]
    assert Counter(named + spoken) == Counter((event["type"], event["id"]) for event in whole if event["type"] != "thinking")
