import time

import pytest

from tests.arrange import Api, assert_refused

AGENT = "/v2/agents/support-agent"


@pytest.fixture
def api(app):
    return Api(app)


def listed(api, **query):
    return [session["key"] for session in api.get(f"{AGENT}/sessions", **query).json["sessions"]]


def test_a_created_session_can_be_read_back(api):
    created = api.call("POST", f"{AGENT}/sessions", {"key": "s1", "name": "Mine", "metadata": {"a": [1, None]}})

    assert created.status_code == 201
    assert api.get(f"{AGENT}/sessions/s1").json == created.json
    assert (created.json["name"], created.json["metadata"], created.json["status"]) == ("Mine", {"a": [1, None]}, "unstarted")


def test_a_key_is_made_from_the_name(api):
    key = api.call("POST", f"{AGENT}/sessions", {"name": "Q&A today"}).json["key"]

    assert key.startswith("ase_q_a_today_")


def test_generated_keys_of_the_same_name_differ(api):
    sessions = {api.session(name="same") for _ in range(20)}

    assert len(sessions) == 20


def test_a_taken_key_is_a_conflict(api):
    api.session(key="s1")

    response = api.call("POST", f"{AGENT}/sessions", {"key": "s1"})

    assert_refused(response, 409, "SM313", messages=["Agent support-agent already has a session with key 's1'."])


def test_two_agents_may_have_sessions_of_the_same_key(api):
    api.session(key="s1")

    assert api.session(api.agent("a1"), key="s1") == "/v2/agents/a1/sessions/s1"


def test_a_patch_answers_with_the_whole_session(api):
    session = api.session(key="s1", metadata={"a": 1}, secrets={"token": "t0p"})

    after = api.call("PATCH", session, {"metadata": {"b": 2}, "secrets": {"new": "x"}}).json

    assert (after["metadata"], after["secrets"]) == ({"b": 2}, {"token": "****", "new": "****"})
    assert api.get(session).json == after


def test_a_deleted_session_is_gone_with_its_events(api):
    session = api.session(key="s1")
    api.turn(session)

    assert api.call("DELETE", session).status_code == 204

    assert_refused(api.get(session), 404, "SM302", id="s1")
    assert api.events(api.session(key="s1")) == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {}),
        ("DELETE", "", None),
        ("GET", "/events", None),
        ("POST", "/events", {"type": "interrupt"}),
        ("GET", "/events/aev_1", None),
        ("POST", "/events/aev_1/hide", None),
    ],
)
def test_an_unknown_session_is_named(api, method, path, body):
    assert_refused(api.call(method, f"{AGENT}/sessions/nothing{path}", body), 404, "SM302", id="nothing")


def test_sessions_come_page_by_page_without_repeats_or_gaps(api):
    made = [f"s{number}" for number in range(25)]
    for key in made:
        api.session(key=key)

    pages, query = [], {}
    while query is not None:
        page = api.get(f"{AGENT}/sessions", **query).json
        pages.append([session["key"] for session in page["sessions"]])
        key = page["metadata"].get("page_key")
        query = {"page_key": key} if key else None

    assert [len(page) for page in pages] == [10, 10, 5]
    assert [key for page in pages for key in page] == made[::-1]


def test_pages_stay_steady_while_sessions_come_and_go(api):
    for number in range(6):
        api.session(key=f"s{number}")
    first = api.get(f"{AGENT}/sessions", limit=3).json
    api.session(key="new")
    api.call("DELETE", f"{AGENT}/sessions/s3")

    rest = listed(api, limit=3, page_key=first["metadata"]["page_key"])

    assert [session["key"] for session in first["sessions"]] == ["s5", "s4", "s3"]
    assert rest == ["s2", "s1", "s0"]


def test_a_page_key_belongs_to_its_listing_and_filter(api):
    for number in range(3):
        api.session(key=f"s{number}")
    key = api.get(f"{AGENT}/sessions", limit=1).json["metadata"]["page_key"]
    other = api.agent("a1")

    assert_refused(api.get(f"{AGENT}/sessions", page_key=key, filter="x"), 400, "SM209")
    assert_refused(api.get(f"{other}/sessions", page_key=key), 400, "SM209")
    assert_refused(api.get("/v2/agents", page_key=key), 400, "SM209")


@pytest.mark.parametrize(
    ("pattern", "keys"),
    [("^Al", ["s1"]), ("beta|Al", ["s2", "s1"]), ("second", ["s2"]), ("al", []), ("(?i)al", ["s1"]), ("é", ["s2"])],
)
def test_a_filter_is_looked_for_in_name_and_description(api, pattern, keys):
    api.session(key="s1", name="Alpha")
    api.session(key="s2", name="beta", description="the second é")

    assert listed(api, filter=pattern) == keys


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", "(.*)*(.*)*(.*)*x", r"(\w+\s?)+$"])
def test_a_hostile_pattern_costs_no_time(api, pattern):
    api.session(name="a" * 100_000 + "!")
    started = time.perf_counter()

    response = api.get(f"{AGENT}/sessions", filter=pattern)

    assert response.status_code == 200
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("pattern", ["[", "(", "*", "a{1000000}", "(?=a)", r"(a)\1", "\\"])
def test_an_invalid_pattern_is_refused(api, pattern):
    response = api.get(f"{AGENT}/sessions", filter=pattern)

    assert_refused(response, 400, "SM210")
    assert list(response.json["field_errors"]) == ["filter"]


def test_a_metadata_filter_on_listings_is_refused_and_not_ignored(api):
    response = api.get(f"{AGENT}/sessions", metadata_filter="user_role = 'premium'")

    assert_refused(response, 400, "SM290", field_errors={"metadata_filter": "is not supported yet"})


@pytest.mark.parametrize(("seconds", "status"), [(299, 200), (300, 404)])
def test_an_idle_session_expires(api, clock, seconds, status):
    session = api.session(key="s1", tti_minutes=5)

    clock.sleep(seconds)

    assert api.get(session).status_code == status
    assert listed(api) == (["s1"] if status == 200 else [])


def test_an_event_starts_the_idle_time_again(api, clock):
    session = api.session(tti_minutes=5)
    clock.sleep(299)
    api.turn(session)
    clock.sleep(299)

    assert api.get(session).status_code == 200


@pytest.mark.parametrize("tti", [0, 2**63 - 1])
def test_a_session_without_a_near_end_stays(api, clock, tti):
    session = api.session(tti_minutes=tti)

    clock.sleep(10 * 365 * 86400)

    assert api.get(session).json["tti_minutes"] == tti


def test_an_expired_sessions_key_is_free_again(api, clock):
    api.turn(api.session(key="s1", tti_minutes=1))
    clock.sleep(60)

    assert api.events(api.session(key="s1")) == []


def test_a_disabled_agent_takes_no_sessions(api):
    agent = api.agent("a1", enabled=False)

    assert_refused(api.call("POST", f"{agent}/sessions", {}), 400, "SM322", field_errors={"enabled": "is false"})


def test_a_fork_is_refused_and_stores_nothing(api):
    api.session(key="s1")
    before = api.state()

    response = api.call("POST", f"{AGENT}/sessions", {"from_session": {"session_key": "s1"}})

    assert_refused(response, 400, "SM331", field_errors={"/from_session": "leave it out"})
    assert api.state() == before
