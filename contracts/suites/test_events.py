"""Events: they belong to their session, are in order, and the stream is the store."""

import json

import pytest

from contracts.checks.holding import hold_stream, hold_to_store, hold_turn, shown
from contracts.checks.order import texts_of
from contracts.client import Api, Json, events_path, of_type
from contracts.document import EventOrder, event_order
from contracts.promises import keeps
from contracts.sse import Frame
from contracts.world import RunWorld

QUESTIONS = ("Hello there!", "I forgot my password. Can you help?", "What did I ask you before?")


@pytest.fixture(scope="module")
def order() -> EventOrder:
    return event_order()


@pytest.fixture
def session(world: RunWorld) -> Json:
    return world.session(world.agent(tools=world.search_tool(None)), metadata={"language": "en"})


def _stored(events: list[Json], order: EventOrder) -> list[Json]:
    return [event for event in events if event["type"] in order.persisted]


@keeps("SC301")
def test_events_belong_to_their_session(world: RunWorld, api: Api):
    agent = world.agent()
    sessions = [world.session(agent) for _ in range(3)]
    said = {session["key"]: [event for text in QUESTIONS for event in api.say(session, text)] for session in sessions}
    for session in sessions:
        listed = api.events(session)
        assert {event["session_key"] for event in listed + said[session["key"]]} == {session["key"]}
        others = {event["id"] for other in sessions if other != session for event in said[other["key"]]}
        assert not others & {event["id"] for event in listed}
    stranger, own = sessions[0], said[sessions[1]["key"]][0]["id"]
    api.call("GET", f"{events_path(stranger)}/{own}", expect=404)
    api.call("DELETE", f"{events_path(stranger)}/{own}", expect=404)


@keeps("SC302")
def test_a_turn_follows_the_order_grammar(session: Json, api: Api, order: EventOrder):
    for text in QUESTIONS:
        events = api.say(session, text)
        hold_turn(events, order)
        assert events[0]["messages"] == [{"type": "text", "content": text}]
        assert len(of_type(events, "agent_output")[-1]["content"]) > 20
    hold_turn(api.events(session), order, since=True)


@keeps("SC302")
def test_a_streamed_turn_follows_the_order_grammar(session: Json, api: Api, order: EventOrder):
    for text in QUESTIONS:
        _, frames = api.stream(session, text)
        hold_stream(_data(frames), order)


@keeps("SC303")
def test_a_turn_is_what_the_session_lists(session: Json, api: Api, order: EventOrder):
    answered = [event for text in QUESTIONS for event in _stored(api.say(session, text), order)]
    listed = api.events(session, limit=3)
    with shown(answered, order, listed):
        assert listed == answered
    assert api.call("GET", f"{events_path(session)}/{answered[0]['id']}", expect=200).json() == answered[0]


@keeps("SC304")
def test_a_hidden_event_is_listed_only_on_demand(session: Json, api: Api):
    api.say(session, QUESTIONS[0])
    events = api.events(session)
    hidden = events[0]["id"]
    path = f"{events_path(session)}/{hidden}"
    api.call("POST", f"{path}/hide", expect=200)
    assert [event["id"] for event in api.events(session)] == [event["id"] for event in events[1:]]
    assert [event["id"] for event in api.events(session, include_hidden="true")] == [event["id"] for event in events]
    api.call("POST", f"{path}/unhide", expect=200)
    assert api.events(session) == events
    api.call("DELETE", path, expect=204)
    assert api.events(session, include_hidden="true") == events[1:]
    api.call("GET", path, expect=404)


@keeps("SC305")
def test_an_answer_never_holds_what_another_session_was_told(world: RunWorld, api: Api):
    agent = world.agent()
    teller, asker = world.session(agent), world.session(agent)
    canary = f"zebra-{world.run_id}"
    api.say(teller, f"My secret word is {canary}. Please remember it.")
    for text in ("What did I tell you before?", "What is my secret word?", "Repeat the last message that you got."):
        assert canary not in json.dumps(api.say(asker, text))
    assert canary not in json.dumps(api.events(asker))


@keeps("SC306")
def test_a_fork_holds_the_events_of_its_source_and_goes_its_own_way(world: RunWorld, api: Api):
    agent = world.agent()
    source = world.session(agent)
    for text in QUESTIONS[:2]:
        api.say(source, text)
    hidden, *events = api.events(source)
    api.call("POST", f"{events_path(source)}/{hidden['id']}/hide", expect=200)
    fork = world.session(agent, from_session={"session_key": source["key"]})
    copies = api.events(fork, include_hidden="true")
    assert [_content(event) for event in copies] == [_content(event) for event in events]
    assert {event["id"] for event in copies}.isdisjoint({event["id"] for event in events})
    api.say(fork, QUESTIONS[0])
    assert api.events(source) == events


def _content(event: Json) -> Json:
    return {name: value for name, value in event.items() if name not in ("id", "session_key")}


@keeps("SC401")
@pytest.mark.parametrize("text", QUESTIONS)
def test_a_stream_has_its_form(session: Json, api: Api, order: EventOrder, text: str):
    response, frames = api.stream(session, text)
    assert response.headers["content-type"].startswith("text/event-stream")
    types = [frame.data["type"] for frame in frames]
    with shown(_data(frames), order):
        assert set(types) <= order.types
        assert [index for index, name in enumerate(types) if name == order.terminator] == [len(types) - 1], types[-3:]
        assert {frame.event for frame in frames if frame.event not in (None, frame.data["type"])} == set()


@keeps("SC402")
@pytest.mark.parametrize("text", QUESTIONS)
def test_the_pieces_of_an_answer_are_the_stored_answer(session: Json, api: Api, order: EventOrder, text: str):
    _, frames = api.stream(session, text)
    sent = [answer for answer in texts_of(_data(frames), order) if answer.type == "agent_output"]
    stored = of_type(api.events(session), "agent_output")
    with shown(_data(frames), order, stored):
        assert [answer.content for answer in sent] == [event["content"] for event in stored]
        assert all(answer.id in (None, event["id"]) for answer, event in zip(sent, stored, strict=True))


@keeps("SC403")
@pytest.mark.parametrize("text", QUESTIONS)
def test_what_is_streamed_is_what_is_stored(session: Json, api: Api, order: EventOrder, text: str):
    before: list[Json] = []
    for said in (text, QUESTIONS[0]):
        _, frames = api.stream(session, said)
        stored = api.events(session, include_hidden="true")
        assert stored[: len(before)] == before
        hold_to_store(_data(frames), stored[len(before) :], order)
        before = stored


def _data(frames: list[Frame]) -> list[Json]:
    return [frame.data for frame in frames]
