import pytest

from tests.arrange import Api, assert_refused

AGENT = "/v2/agents/support-agent"


@pytest.fixture
def api(app):
    return Api(app)


@pytest.fixture
def source(api):
    """A session with two turns."""
    session = api.session(key="source", name="Source", metadata={"user_role": "premium"}, secrets={"token": "t"})
    api.say(session, "Hello there!")
    api.say(session, "My favourite colour is turquoise.")
    return session


def fork(api, **more):
    return api.call("POST", f"{AGENT}/sessions", {"key": "fork", "from_session": {"session_key": "source", **more}})


def contents(events):
    kept = ("id", "session_key")
    return [{name: value for name, value in event.items() if name not in kept} for event in events]


def test_a_fork_holds_the_events_of_its_source_under_new_ids(api, source):
    made = fork(api)

    assert made.status_code == 201
    before, after = api.events(source), api.events(f"{AGENT}/sessions/fork")
    assert contents(after) == contents(before)
    assert {event["session_key"] for event in after} == {"fork"}
    assert {event["id"] for event in after}.isdisjoint({event["id"] for event in before})


def test_a_fork_takes_name_metadata_and_secrets_from_the_request_alone(api, source):
    made = fork(api).json
    assert (made["metadata"], made["name"], "secrets" in made) == ({}, "Session fork", False)


def test_a_fork_remembers_and_goes_its_own_way(api, source):
    fork(api)
    before = api.events(source)

    turn = api.turn(f"{AGENT}/sessions/fork", "What did I say about my favourite colour?")

    assert "turquoise" in turn[-1]["content"]
    assert api.events(source) == before


def test_hidden_events_are_not_copied(api, source):
    hidden = api.events(source)[0]["id"]
    api.call("POST", f"{source}/events/{hidden}/hide")

    fork(api)

    assert contents(api.events(f"{AGENT}/sessions/fork", include_hidden="true")) == contents(api.events(source))


def test_a_fork_may_end_with_an_event(api, source):
    events = api.events(source)
    fork(api, include_up_to_event_id=events[1]["id"])
    assert contents(api.events(f"{AGENT}/sessions/fork")) == contents(events[:2])


def test_a_fork_may_begin_with_a_summary(api, source):
    events = api.events(source)

    fork(api, compact_up_to_event_id=events[1]["id"])

    summary, *rest = api.events(f"{AGENT}/sessions/fork")
    assert (summary["type"], summary["turns_compacted"], summary["events_compacted"]) == ("compaction", 1, 2)
    assert events[0]["messages"][0]["content"] in summary["summary_text"]
    assert summary["created_at"] == events[1]["created_at"]
    assert contents(rest) == contents(events[2:])
    assert api.events(source) == events


@pytest.mark.parametrize(
    ("given", "status", "code", "field"),
    [
        ({"include_up_to_event_id": "aev_x", "compact_up_to_event_id": "aev_y"}, 400, "SM332", "/from_session"),
        ({"include_up_to_event_id": "aev_x"}, 400, "SM333", "/from_session/include_up_to_event_id"),
        ({"compact_up_to_event_id": "aev_x"}, 400, "SM333", "/from_session/compact_up_to_event_id"),
        ({"session_key": "nobody"}, 404, "SM302", None),
        ({"agent_key": "nobody"}, 404, "SM302", None),
        ({"session_key": "no", "include_up_to_event_id": "a", "compact_up_to_event_id": "b"}, 400, "SM332", "/from_session"),
    ],
    ids=["both", "unknown event", "unknown event to compact", "unknown session", "unknown agent", "both goes before look-up"],
)
def test_a_fork_that_cannot_be_made_is_refused_and_stores_nothing(api, source, given, status, code, field):
    before = api.state()

    refused = fork(api, **given)

    assert_refused(refused, status, code)
    assert list(refused.json.get("field_errors", ())) == ([field] if field else [])
    assert api.state() == before
