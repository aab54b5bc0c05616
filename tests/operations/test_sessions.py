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
    started = time.process_time()

    response = api.get(f"{AGENT}/sessions", filter=pattern)

    assert response.status_code == 200
    assert time.process_time() - started < 1


@pytest.mark.parametrize("pattern", ["[", "(", "*", "a{1000000}", "(?=a)", r"(a)\1", "\\"])
def test_an_invalid_pattern_is_refused(api, pattern):
    response = api.get(f"{AGENT}/sessions", filter=pattern)

    assert_refused(response, 400, "SM210")
    assert list(response.json["field_errors"]) == ["filter"]


PEOPLE = {
    "s1": {"user_role": "premium", "tier": 1, "region": "us", "user": "ann@example.com", "user_ids": [1, 2]},
    "s2": {"user_role": "basic", "tier": 2, "region": "us", "user": "bob@example.com.org", "user_ids": [3]},
    "s3": {"tier": 3, "region": "eu", "profile": {"country": "US"}, "user_ids": "1", "active": True},
    "s4": {"tier": "premium", "profile.country": "US", "profile": {"country": "FR"}},
    "s5": {"tier": None, "user_role": "Premium", "profile": {"country": "DE", "doc": {"x": 1}}, "doc": {"tier": 1}},
}


@pytest.mark.parametrize(
    ("metadata_filter", "keys"),
    [
        ("user_role = 'premium'", {"s1"}),
        ("tier >= 2 AND region = 'us'", {"s2"}),
        ("user LIKE '%@example.com'", {"s1"}),
        ("tier IN ('premium', 'enterprise')", {"s4"}),
        ("tier IS NULL", {"s5"}),
        ("\"profile.country\" = 'US'", {"s3", "s4"}),
        ("1 IN user_ids", {"s1"}),
        ("profile.country = 'DE'", {"s5"}),
        ("doc.tier = 1", {"s5"}),
        ("NOT user_role = 'premium'", {"s2", "s5"}),
        ("user_role IS NULL", {"s3", "s4"}),
        ("user_role <> 'premium' OR user_role IS NULL", {"s2", "s3", "s4", "s5"}),
        ("active = true", {"s3"}),
        ("tier * 2 - 1 > 2 and tier % 3 = 0", {"s3"}),
        ("gone = 1", set()),
    ],
)
def test_a_metadata_filter_finds_sessions(api, metadata_filter, keys):
    for key, metadata in PEOPLE.items():
        api.session(key=key, metadata=metadata)

    assert set(listed(api, metadata_filter=metadata_filter)) == keys


def test_both_filters_must_hold(api):
    for key, metadata in PEOPLE.items():
        api.session(key=key, name=f"Session {key}", metadata=metadata)

    assert listed(api, filter="s[13]", metadata_filter="region = 'us'") == ["s1"]


def test_filtered_sessions_come_page_by_page_without_repeats_or_gaps(api):
    for number in range(25):
        api.session(key=f"s{number}", metadata={"number": number})

    pages, query = [], {"metadata_filter": "number % 2 = 0", "limit": 5}
    while query is not None:
        page = api.get(f"{AGENT}/sessions", **query).json
        pages.append([session["key"] for session in page["sessions"]])
        key = page["metadata"].get("page_key")
        query = {**query, "page_key": key} if key else None

    assert [len(page) for page in pages] == [5, 5, 3]
    assert [key for page in pages for key in page] == [f"s{number}" for number in range(24, -1, -2)]


def test_a_page_key_belongs_to_its_metadata_filter(api):
    for number in range(3):
        api.session(key=f"s{number}", metadata={"a": 1})
    key = api.get(f"{AGENT}/sessions", limit=1, metadata_filter="a = 1").json["metadata"]["page_key"]

    assert listed(api, page_key=key, metadata_filter="a = 1") == ["s1", "s0"]
    assert_refused(api.get(f"{AGENT}/sessions", page_key=key), 400, "SM209")
    assert_refused(api.get(f"{AGENT}/sessions", page_key=key, metadata_filter="a >= 1"), 400, "SM209")
    assert_refused(api.get(f"{AGENT}/sessions", page_key=key, filter="a = 1"), 400, "SM209")


@pytest.mark.parametrize(
    ("metadata_filter", "problem"),
    [
        ("", "character 1: expected a field, a text in single quotes, a number, true, false or null, the filter ends"),
        ("tier >", "character 7: expected a field, a text in single quotes, a number, true, false or null, the filter ends"),
        ("tier = 1; DROP", "character 9: a filter is one condition, and ; ends a statement"),
        ("user = 'x", "character 8: this quote is never closed"),
        ("lower(user) = 'x'", "character 1: the filter language has no functions, and so no lower()"),
    ],
)
def test_a_metadata_filter_that_cannot_be_read_is_refused(api, metadata_filter, problem):
    response = api.get(f"{AGENT}/sessions", metadata_filter=metadata_filter)

    message = f"metadata_filter cannot be read: {problem}"
    assert_refused(response, 400, "SM290", messages=[message], field_errors={"metadata_filter": problem})


def test_a_metadata_filter_of_8001_characters_breaks_the_schema(api):
    assert listed(api, metadata_filter="a = '" + "x" * 7994 + "'") == []
    assert_refused(api.get(f"{AGENT}/sessions", metadata_filter="a = '" + "x" * 7995 + "'"), 400, "SM204")


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
