"""Compaction: a summary takes the place of the older events of a session (api-facts §2.6, §4.2, §4.11)."""

import pytest

from contracts.client import Api, Json, events_path, of_type
from contracts.promises import keeps
from contracts.world import RunWorld

SAID = ("Hello there!", "I forgot my password. Can you help?", "Thank you!")


@pytest.fixture
def session(world: RunWorld, api: Api) -> Json:
    """A session of three turns."""
    session = world.session(world.agent(tools=world.search_tool(None)))
    for text in SAID:
        api.say(session, text)
    return session


def _compacted(api: Api, session: Json, given: Json, form: str) -> Json:
    """Compact and return the event that tells of it."""
    if form == "json":
        answer = api.give(session, given)
    else:
        with api.open(session, given) as stream:
            answer = stream.rest()
    (compaction,) = of_type(answer, "compaction")
    return compaction


def _ids(events: list[Json]) -> list[str]:
    return [event["id"] for event in events]


@keeps("SC312")
@pytest.mark.parametrize("form", ["json", "stream"])
@pytest.mark.parametrize("is_anchored", [False, True], ids=["newest-kept", "up-to-an-event"])
def test_a_summary_hides_exactly_what_it_stands_for(session: Json, api: Api, is_anchored: bool, form: str):
    before = api.events(session)
    inputs = [place for place, event in enumerate(before) if event["type"] == "input_message"]
    first_kept = inputs[1] if is_anchored else inputs[-1]
    anchor = {"compact_up_to_event_id": before[first_kept - 1]["id"]} if is_anchored else {}
    compaction = _compacted(api, session, {"type": "compact", **anchor}, form)
    shown, everything = api.events(session), api.events(session, include_hidden="true")
    assert shown == [*before[first_kept:], compaction]
    assert everything == [*before, compaction]
    assert compaction["events_compacted"] == first_kept
    assert compaction["turns_compacted"] == len(inputs[:1] if is_anchored else inputs[:-1])


@keeps("SC312")
def test_an_unknown_event_is_not_compacted_up_to(world: RunWorld, api: Api, session: Json):
    stranger = world.session(world.agent())
    other = api.say(stranger, SAID[0])[0]["id"]
    before = api.events(session, include_hidden="true")
    for anchor in ("aev_unknown", other):
        given = {"type": "compact", "compact_up_to_event_id": anchor}
        api.call("POST", events_path(session), json=given, expect={400, 404, 422})
    assert api.events(session) == before


@keeps("SC312")
def test_a_summary_may_stand_for_an_earlier_one(session: Json, api: Api):
    first = _compacted(api, session, {"type": "compact"}, "json")
    api.say(session, SAID[0])
    before = api.events(session)
    assert first in before
    second = _compacted(api, session, {"type": "compact"}, "json")
    newest = max(place for place, event in enumerate(before) if event["type"] == "input_message")
    assert _ids(api.events(session)) == [*_ids(before[newest:]), second["id"]]
    assert second["events_compacted"] == newest
