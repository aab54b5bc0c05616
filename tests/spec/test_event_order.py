"""The order grammar of the document speaks of every type, and of nothing that is not there."""

from urllib.parse import urljoin

import pytest

import openapi
from mockserver.spec.document import Place, load

DOCUMENT = load(openapi.DOCUMENT)
POSTS = [item.node["post"] for _, item in DOCUMENT.paths() if "post" in item.node]
ORDER = next(post["x-event-order"] for post in POSTS if "x-event-order" in post)
CALLS = ORDER["calls"]
TYPES = {*ORDER["persisted"], *ORDER["transient"], *ORDER["stream_only"]}
EVENTS = ORDER["persisted"] + ORDER["transient"]


def fields_of(kind):
    """The properties of an event of this type, and those that it must have."""
    place = DOCUMENT.at(urljoin(DOCUMENT.root, "schemas/events.yaml#/AgentEvent"))
    if kind in ORDER["stream_only"]:
        place = DOCUMENT.at(urljoin(DOCUMENT.root, "schemas/stream.yaml#/AgentStreamedResponse"))
    return _fields(Place(place.uri, {"$ref": place.node["discriminator"]["mapping"][kind]}))


def _fields(place):
    place = DOCUMENT.follow(place)
    named, required = set(place.node.get("properties", ())), set(place.node.get("required", ()))
    for word, merge in (("allOf", set.union), ("oneOf", set.intersection)):
        parts = [_fields(Place(place.uri, part)) for part in place.node.get(word, ())]
        if parts:
            named |= merge(*(part[0] for part in parts))
            required |= merge(*(part[1] for part in parts))
    return named, required


def test_the_table_says_of_every_type_what_may_follow_it():
    assert ORDER["followed_by"].keys() == TYPES
    assert ORDER["groups"].keys().isdisjoint(TYPES)
    rows = [*ORDER["followed_by"].values(), *ORDER["groups"].values()]
    assert all(len(row) == len(set(row)) for row in rows)
    named = {name for row in rows for name in row}
    assert ORDER["groups"].keys() <= named
    assert named - ORDER["groups"].keys() <= TYPES - {ORDER["terminator"]}


def test_a_text_and_its_end_mark_are_followed_by_the_same():
    for name, parts in ORDER["streamed_as"].items():
        assert ORDER["followed_by"][name] == ORDER["followed_by"][parts["end"]]


def test_the_lists_name_types():
    listed = [ORDER[name] for name in ("never_whole", "unsent", "starts_with", "ends_with", "next_turn", "passing")]
    listed += [CALLS[name] for name in ("between", "uncalled_behind", "while_open", "left_open_by")]
    alone = [CALLS["opened_by"], CALLS["closed_by"], CALLS["closed_instead"]["by"], CALLS["pending"]["in"]]
    alone += [ORDER["repeated"]["type"], ORDER["repeated"]["in"], ORDER["chained"]["type"]]
    assert {name for names in listed for name in names} | set(alone) <= TYPES


@pytest.mark.parametrize("kind", EVENTS)
def test_every_event_carries_its_identity(kind):
    assert set(ORDER["identity"].values()) <= fields_of(kind)[1]


def test_the_rules_name_fields_that_are_always_there():
    for kind in (CALLS["opened_by"], CALLS["closed_by"]):
        assert {CALLS["joined_by"], *CALLS["same"]} <= fields_of(kind)[1]
    assert all(CALLS["joined_by"] in fields_of(kind)[1] for kind in CALLS["between"])
    assert CALLS["closed_instead"]["same"] in fields_of(CALLS["closed_instead"]["by"])[1]
    assert CALLS["pending"]["list"] in fields_of(CALLS["pending"]["in"])[1]
    assert ORDER["repeated"]["field"] in fields_of(ORDER["repeated"]["in"])[1]
    assert {ORDER["chained"]["from"], ORDER["chained"]["to"]} <= fields_of(ORDER["chained"]["type"])[1]
    marks = [parts for parts in ORDER["streamed_as"].values() if "stored_id" in parts]
    assert marks
    assert all(parts["stored_id"] in fields_of(parts["end"])[0] for parts in marks)
