import pytest

from mockserver.app import create_pipeline
from mockserver.domain.artifacts import Artifact
from mockserver.runtime import FixedClock
from mockserver.settings import Settings
from mockserver.web.face import create_face
from tests.arrange import NOON, Api, answer, assert_refused, frames, of_type
from tests.operations.aliases import AGENT, ALIASES, SAY, keys, make, single, weighted

GOLD = "get('$.session.metadata.tier') == 'gold'"


@pytest.fixture
def api(app):
    return Api(app)


@pytest.fixture
def two_agents(api):
    """An alias that leads gold members to a1 and all others to the support agent."""
    api.agent("a1", metadata={"team": "gold"})
    return make(api, single("a1", GOLD), single("support-agent"))


def test_the_rules_choose_the_agent_once(api, two_agents):
    gold = api.call("POST", f"{two_agents}/sessions", {"key": "s1", "metadata": {"tier": "gold"}}).json
    other = api.call("POST", f"{two_agents}/sessions", {"key": "s2", "metadata": {"tier": "tin"}}).json

    changed = api.call("PATCH", f"{two_agents}/sessions/s1", {"metadata": {"tier": "tin"}}).json

    assert [(row["agent_key"], row["alias_key"]) for row in (gold, other)] == [("a1", "l1"), ("support-agent", "l1")]
    assert (changed["agent_key"], changed["metadata"]) == ("a1", {"tier": "tin"})


def test_equal_partition_values_lead_to_one_agent(api):
    for number in range(3):
        api.agent(f"a{number}")
    alias = make(api, weighted(("a0", 1), ("a1", 1), ("a2", 1)))

    def routed(user):
        return api.call("POST", f"{alias}/sessions", {"metadata": {"user": user}}).json["agent_key"]

    chosen = {user: {routed(user) for _ in range(3)} for user in range(12)}

    assert all(len(agents) == 1 for agents in chosen.values())
    assert set().union(*chosen.values()) == {"a0", "a1", "a2"}


@pytest.mark.parametrize(
    ("rules", "code", "message"),
    [
        (
            [single("support-agent", GOLD)],
            "SM375",
            "No rule of alias l1 matches the session; give it what a rule asks for, or add a rule without match.",
        ),
        (
            [weighted(("support-agent", 1))],
            "SM376",
            "Rule 0 of alias l1 divides sessions by \"get('$.session.metadata.user')\", which is null for this session.",
        ),
        ([single("a1")], "SM377", "Alias l1 leads this session to agent 'a1', which no longer exists."),
        ([single("a2")], "SM322", "Agent a2 is disabled and takes no sessions."),
    ],
    ids=["no rule", "null partition", "agent gone", "agent disabled"],
)
def test_a_session_that_cannot_be_led_to_an_agent_is_refused_and_nothing_is_stored(api, rules, code, message):
    api.agent("a1")
    api.agent("a2", enabled=False)
    alias = make(api, *rules)
    api.call("DELETE", "/v2/agents/a1")
    before = api.state()

    response = api.call("POST", f"{alias}/sessions", {"key": "s1", "metadata": {"user": None}})

    assert_refused(response, 400, code, messages=[message])
    assert api.state() == before


def test_a_disabled_alias_creates_no_sessions_and_keeps_those_it_has(api):
    alias = make(api)
    session = api.session(alias, key="s1")
    api.call("PATCH", alias, {"enabled": False})

    refused = api.call("POST", f"{alias}/sessions", {})

    assert_refused(refused, 404, "SM370", id="l1", messages=["Alias l1 is disabled and creates no sessions."])
    assert api.get(session).status_code == 200
    assert answer(api.turn(session, "Hello there!"))


def test_both_routes_lead_to_the_same_session(api):
    alias = make(api)
    by_alias, by_agent = api.session(alias, key="s1", secrets={"token": "t0p"}), f"{AGENT}/sessions/s1"

    api.turn(by_alias, "My favourite colour is turquoise.")
    turn = api.turn(by_agent, "What did I say about my favourite colour?")
    api.call("PATCH", by_agent, {"name": "New"})

    assert "turquoise" in answer(turn)
    assert api.get(by_alias).json == api.get(by_agent).json
    assert (api.get(by_alias).json["name"], api.get(by_alias).json["secrets"]) == ("New", {"token": "****"})
    assert api.events(by_alias) == api.events(by_agent) != []
    assert api.call("DELETE", by_alias).status_code == 204
    assert_refused(api.get(by_agent), 404, "SM302", id="s1", messages=["Agent support-agent has no session 's1'."])
    assert_refused(api.get(by_alias), 404, "SM302", id="s1", messages=["Alias l1 has no session 's1'."])


def test_a_session_of_the_agent_is_not_one_of_its_aliases(api):
    alias, other = make(api), make(api, key="l2")
    api.session(AGENT, key="direct")
    api.session(other, key="s1")

    for key in ("direct", "s1"):
        assert_refused(api.get(f"{alias}/sessions/{key}"), 404, "SM302", id=key)
        assert_refused(api.call("POST", f"{alias}/sessions/{key}/events", SAY), 404, "SM302", id=key)
    assert "alias_key" not in api.get(f"{AGENT}/sessions/direct").json
    assert keys(api.get(f"{alias}/sessions"), "sessions") == []


def test_a_key_is_taken_by_the_agent_or_by_the_alias(api, two_agents):
    api.session(AGENT, key="direct")
    api.session(two_agents, key="s1", metadata={"tier": "gold"})
    before = api.state()

    by_agent = api.call("POST", f"{two_agents}/sessions", {"key": "direct"})
    by_alias = api.call("POST", f"{two_agents}/sessions", {"key": "s1"})

    assert_refused(by_agent, 409, "SM313", messages=["Agent support-agent already has a session with key 'direct'."])
    assert_refused(by_alias, 409, "SM373", messages=["Alias l1 already has a session with key 's1'."])
    assert api.state() == before


def test_an_expired_session_of_another_agent_makes_room_for_its_key(api, two_agents, clock):
    api.session(two_agents, key="s1", metadata={"tier": "gold"}, tti_minutes=1)
    clock.sleep(60)

    assert_refused(api.get(f"{two_agents}/sessions/s1"), 404, "SM302", id="s1")
    assert api.call("POST", f"{two_agents}/sessions", {"key": "s1"}).json["agent_key"] == "support-agent"


def test_generated_keys_are_free_at_the_agent_and_in_the_alias(api, two_agents):
    direct = api.session(AGENT, name="same").rpartition("/")[2]

    routed = [
        api.call("POST", f"{two_agents}/sessions", {"name": "same", "metadata": {"tier": tier}}).json
        for tier in ("gold", "tin", "gold", "tin")
    ]

    assert len({session["key"] for session in routed}) == 4
    assert direct not in [session["key"] for session in routed if session["agent_key"] == "support-agent"]
    assert [session["agent_key"] for session in routed] == ["a1", "support-agent", "a1", "support-agent"]


def test_sessions_of_an_alias_are_listed_newest_first_whichever_agent_they_are_with(api, two_agents):
    for number, tier in enumerate(["gold", "tin", "gold", "tin"]):
        api.session(two_agents, key=f"s{number}", name=f"Number {number}", metadata={"tier": tier})
    first = api.get(f"{two_agents}/sessions", limit=3).json

    rest = api.get(f"{two_agents}/sessions", limit=3, page_key=first["metadata"]["page_key"]).json

    assert [row["key"] for row in first["sessions"]] == ["s3", "s2", "s1"]
    assert ([row["key"] for row in rest["sessions"]], rest["metadata"]) == (["s0"], {})
    assert keys(api.get(f"{two_agents}/sessions", filter="[02]$"), "sessions") == ["s2", "s0"]
    assert len(api.get(f"{two_agents}/sessions", metadata_filter="tier = 'gold'").json["sessions"]) == 4


def test_a_fork_through_an_alias_finds_its_source_among_the_sessions_of_the_alias(api, two_agents):
    source = api.session(two_agents, key="s1", metadata={"tier": "gold"})
    api.turn(source, "Hello there!")

    fork = api.call("POST", f"{two_agents}/sessions", {"key": "fork", "from_session": {"session_key": "s1"}}).json

    assert (fork["agent_key"], fork["alias_key"]) == ("support-agent", "l1")
    copies = api.events(f"{two_agents}/sessions/fork")
    assert [event["type"] for event in copies] == [event["type"] for event in api.events(source)] != []


def test_a_fork_through_an_alias_may_name_a_session_of_the_chosen_agent(api, two_agents):
    api.turn(api.session(AGENT, key="direct"), "Hello there!")

    fork = api.session(two_agents, key="fork", from_session={"session_key": "direct"})
    missing = api.call("POST", f"{two_agents}/sessions", {"from_session": {"session_key": "nothing"}})

    assert len(api.events(fork)) == len(api.events(f"{AGENT}/sessions/direct")) > 0
    assert_refused(missing, 404, "SM302", id="nothing")


def test_a_turn_through_an_alias_streams_what_it_stores(api):
    session = api.session(make(api), key="s1")

    stream = api.open_stream(session, "Hello there!")
    sent = frames(stream.data)

    assert (stream.status_code, stream.content_type) == (201, "text/event-stream")
    assert sent[-1]["type"] == "end"
    text = "".join(frame["content"] for frame in of_type(sent, "streaming_agent_output"))
    assert text == answer(api.events(session))


def test_a_turn_through_an_alias_is_refused_where_a_turn_would_be(api):
    alias = make(api)
    session = api.session(alias, key="s1", enabled=False)

    assert_refused(api.say(session), 400, "SM321")
    assert_refused(api.call("POST", f"{session}/events", data="x", headers={"Content-Type": "text/plain"}), 415, "SM205")


def test_events_are_read_hidden_shown_and_deleted_through_an_alias(api):
    session = api.session(make(api), key="s1")
    first = api.turn(session, "Hello there!")[0]
    event = f"{session}/events/{first['id']}"

    assert api.get(event).json == first
    assert api.call("POST", f"{event}/hide").json == first
    assert first not in api.events(session)
    assert first not in api.events(session, include_hidden="true"), "listings of aliases have no include_hidden"
    assert first in api.events(f"{AGENT}/sessions/s1", include_hidden="true")
    assert api.call("POST", f"{event}/unhide").json == first
    assert api.events(session)[0] == first
    assert api.call("DELETE", event).status_code == 204
    assert_refused(api.get(event), 404, "SM303", id=first["id"])


def test_a_session_that_waits_for_no_client_tool_has_no_outstanding_calls(api):
    session = api.session(make(api), key="s1")

    assert api.get(f"{session}/outstanding_client_tool_calls").json == {"client_tool_calls": []}
    missing = api.get(f"{ALIASES}/l1/sessions/nothing/outstanding_client_tool_calls")
    assert_refused(missing, 404, "SM302", id="nothing", messages=["Alias l1 has no session 'nothing'."])


def test_files_are_listed_and_read_through_an_alias():
    pipeline = create_pipeline(Settings(), clock=FixedClock(NOON))
    api, store = Api(create_face(pipeline)), pipeline.services.store
    session = api.session(make(api), key="s1")
    stored = {"filename": "a.txt", "mime_type": "text/plain", "data": b"Hello", "created_at": NOON}
    store.add_artifact(store.session("support-agent", "s1"), Artifact(id="art_1", session_key="s1", **stored))

    listed, read = api.get(f"{session}/artifacts").json, api.get(f"{session}/artifacts/art_1").json

    assert [row["filename"] for row in listed["artifacts"]] == ["a.txt"]
    assert read == api.get(f"{AGENT}/sessions/s1/artifacts/art_1").json
    assert (read["data"], "data" in listed["artifacts"][0]) == ("SGVsbG8=", False)
    assert_refused(api.get(f"{session}/artifacts/art_2"), 404, "SM316", id="art_2")


def test_an_alias_loses_its_sessions_with_their_agent(api, two_agents):
    api.session(two_agents, key="s1", metadata={"tier": "gold"})
    api.session(two_agents, key="s2")

    api.call("DELETE", "/v2/agents/a1")

    assert keys(api.get(f"{two_agents}/sessions"), "sessions") == ["s2"]
    assert_refused(api.get(f"{two_agents}/sessions/s1"), 404, "SM302", id="s1")
