import json

import pytest

from mockserver.domain.chaos import FAULTS
from tests.arrange import Api, assert_refused, frames, of_type

SESSIONS = "/v2/agents/support-agent/sessions"
ADMIN = "/__admin/chaos"
CODES = {429: "SM501", 500: "SM502", 502: "SM503", 503: "SM504"}
SPANISH = {"metadata": {"language": "es", "user_role": "premium"}}


@pytest.fixture
def api(app):
    return Api(app)


def chaos(**faults):
    return {f"X-Mock-Chaos-{name.title()}": str(value) for name, value in faults.items()}


def journal(api):
    return api.get("/__admin/requests").json["requests"]


def put(api, *rules):
    answer = api.call("PUT", ADMIN, {"rules": list(rules)})
    assert answer.status_code == 200, answer.text
    return answer.json


def stream(api, session, **faults):
    """Send a streamed turn with faults; return the response, what came of the body, and whether it broke."""
    body = {"messages": [{"type": "text", "content": "I forgot my password. Can you help?"}], "stream_response": True}
    response = api.call("POST", f"{session}/events", body, headers=chaos(**faults), buffered=False)
    read, broke = b"", False
    try:
        for chunk in response.iter_encoded():
            read += chunk
    except ConnectionResetError:
        broke = True
    return response, read, broke


@pytest.mark.parametrize("status", CODES)
def test_a_status_fault_answers_in_the_shape_of_the_api_and_stores_nothing(status, api):
    before = api.state()

    answer = api.call("POST", SESSIONS, SPANISH, headers=chaos(status=status))

    assert_refused(answer, status, CODES[status])
    assert set(answer.json) == {"messages", "request_id"}
    assert answer.headers["X-Mock-Chaos"] == f"status={status}"
    assert answer.headers.get("Retry-After") == ("1" if status in (429, 503) else None)
    assert api.state() == before
    assert journal(api)[-1]["faults"] == [f"status={status}"]


def test_a_status_fault_comes_before_the_credential_is_looked_at(app):
    answer = Api(app, key="nobody").call("GET", "/v2/agents", headers=chaos(status=503))

    assert_refused(answer, 503, "SM504")


def test_latency_lets_time_pass(api, clock):
    before = clock.now()

    answer = api.call("GET", "/v2/agents", headers=chaos(latency=1500))

    assert (answer.status_code, answer.headers["X-Mock-Chaos"]) == (200, "latency=1500")
    assert (clock.now() - before).total_seconds() == 1.5
    assert journal(api)[-1]["faults"] == ["latency=1500"]


def test_an_answer_without_faults_says_nothing_of_chaos(api):
    answer = api.get("/v2/agents")

    assert "X-Mock-Chaos" not in answer.headers
    assert journal(api)[-1]["faults"] == []


def test_with_probability_0_nothing_happens(api):
    answer = api.call("GET", "/v2/agents", headers=chaos(status=500, latency=50, cut="frame", probability=0))

    assert answer.status_code == 200
    assert "X-Mock-Chaos" not in answer.headers
    assert journal(api)[-1]["faults"] == []


@pytest.mark.parametrize("faults", [{"reset": "before_body"}, {"reset": "in_body"}, {"cut": "frame"}, {"cut": "character"}])
def test_a_broken_answer_reaches_the_caller_as_a_reset_connection(faults, api):
    with pytest.raises(ConnectionResetError):
        api.call("GET", "/v2/agents", headers=chaos(**faults)).get_data()

    name, value = next(iter(faults.items()))
    assert journal(api)[-1]["faults"] == [f"{name}={value}"]


def test_a_request_whose_answer_broke_was_handled_all_the_same(api):
    with pytest.raises(ConnectionResetError):
        api.call("POST", SESSIONS, {"key": "s1"}, headers=chaos(reset="before_body"))

    assert api.get(f"{SESSIONS}/s1").status_code == 200


def test_an_answer_without_a_body_breaks_too(api):
    session = api.session(**SPANISH)

    with pytest.raises(ConnectionResetError):
        api.call("DELETE", session, headers=chaos(reset="in_body"))

    assert api.get(session).status_code == 404
    assert api.call("DELETE", api.session(), headers=chaos(cut="frame", stall=5)).status_code == 204


def test_a_head_has_nothing_that_could_break(api):
    answer = api.call("HEAD", "/v2/agents", headers=chaos(reset="in_body", latency=5))

    assert (answer.status_code, answer.headers["X-Mock-Chaos"]) == (200, "latency=5")


@pytest.mark.parametrize("faults", [{"reset": "before_body"}, {"reset": "in_body"}, {"cut": "frame"}, {"cut": "character"}])
def test_a_turn_whose_stream_breaks_is_played_to_its_end(faults, api):
    session = api.session(**SPANISH)

    if faults == {"reset": "before_body"}:
        with pytest.raises(ConnectionResetError):
            stream(api, session, **faults)
    else:
        response, read, broke = stream(api, session, **faults)
        assert broke
        assert b"event: end\n" not in read
        name, value = next(iter(faults.items()))
        assert response.headers["X-Mock-Chaos"] == f"{name}={value}"

    assert api.get(session).json["status"] == "stopped"
    assert len(of_type(api.events(session), "agent_output")) == 1


def test_a_stream_that_was_cut_in_a_character_is_incomplete_there(api):
    _, read, broke = stream(api, api.session(**SPANISH), cut="character", seed=2)

    assert broke
    with pytest.raises(UnicodeDecodeError, match="unexpected end of data"):
        read.decode()


def test_duplicates_heartbeats_and_a_missing_end_are_seen_in_the_stream(api):
    session = api.session(**SPANISH)

    response, read, broke = stream(api, session, duplicate=1, heartbeat=4, unterminated="true")

    assert not broke
    sent = [block for block in read.decode().split("\n\n") if block]
    framed = [block for block in sent if block != ": heartbeat"]
    assert framed[::2] == framed[1::2]
    assert len(framed[::2]) > 8
    assert sent.count(": heartbeat") == len(framed) // 4
    assert not any(block.startswith("event: end") for block in sent)
    assert response.headers["X-Mock-Chaos"] == "duplicate=1.0, unterminated=true, heartbeat=4"
    assert set(journal(api)[-1]["faults"]) == {"duplicate=1.0", "unterminated=true", "heartbeat=4"}


def test_reordered_frames_are_all_there(api):
    session = api.session(**SPANISH)

    _, read, _ = stream(api, session, reorder=1)

    found = frames(read)
    assert [found[0]["type"], found[1]["type"]][1] == "input_message"
    assert len(of_type(found, "end")) == 1
    assert api.get(session).json["status"] == "stopped"


def test_a_stall_lets_time_pass_within_the_body(api, clock):
    before = clock.now()

    _, read, broke = stream(api, api.session(**SPANISH), stall=30_000)

    assert (broke, frames(read)[-1]) == (False, {"type": "end"})
    assert (clock.now() - before).total_seconds() == 30
    assert api.call("GET", "/v2/agents", headers=chaos(stall=500)).json["agents"]
    assert (clock.now() - before).total_seconds() == 30.5


def test_faults_of_frames_leave_json_alone(api):
    plain = api.get("/v2/agents")

    answer = api.call("GET", "/v2/agents", headers=chaos(duplicate=1, reorder=1, unterminated="true", heartbeat=1))

    assert answer.json == plain.json
    assert "X-Mock-Chaos" not in answer.headers
    assert journal(api)[-1]["faults"] == []


def test_a_seed_in_the_header_alone_decides_what_is_random(api):
    def fell(seed):
        return [
            api.call("GET", "/v2/agents", headers=chaos(status=503, probability=0.5, seed=seed)).status_code for _ in range(5)
        ]

    assert all(len(set(fell(seed))) == 1 for seed in range(8))
    assert {fell(seed)[0] for seed in range(8)} == {200, 503}


def test_without_a_seed_each_request_of_a_kind_has_its_own_fate_and_a_reset_repeats_them(api):
    def fell(path):
        return [api.call("GET", path, headers=chaos(status=503, probability=0.5)).status_code for _ in range(12)]

    api.reset()
    agents = fell("/v2/agents")
    corpora = fell("/v2/corpora")
    api.reset()

    assert fell("/v2/corpora") == corpora
    assert fell("/v2/agents") == agents
    assert set(agents) == set(corpora) == {200, 503}
    assert agents != corpora


def test_the_same_stream_breaks_at_the_same_byte(api):
    def told():
        api.reset()
        return stream(api, api.session(key="s1", **SPANISH), cut="frame", duplicate=0.3, reorder=0.3)[1]

    assert told() == told()


def test_a_bad_header_is_refused_before_all_else(api):
    answer = api.call("POST", SESSIONS, SPANISH, headers=chaos(status=418, statsu=503))

    wanted = "one of 429, 500, 502, 503"
    assert_refused(
        answer,
        400,
        "SM213",
        field_errors={
            "X-Mock-Chaos-Status": f"is '418'; it must be {wanted}",
            "X-Mock-Chaos-Statsu": "is no fault; did you mean X-Mock-Chaos-Status?",
        },
    )
    assert api.get(SESSIONS).json["sessions"] == []


def test_a_rule_falls_on_what_it_matches_as_often_as_it_says(api):
    put(api, {"status": 503, "match": {"method": "GET", "path": "^/v2/agents$"}, "times": 2})

    statuses = [api.get(path).status_code for path in ("/v2/corpora", "/v2/agents", "/v2/agents/support-agent")]
    statuses += [api.get("/v2/agents").status_code for _ in range(3)]

    assert statuses == [200, 503, 200, 503, 200, 200]
    assert api.get(ADMIN).json["rules"][0]["times"] == 0


def test_the_first_rule_that_matches_and_has_times_left_counts(api):
    put(api, {"match": {"operation_id": "listCorpora"}}, {"status": 429, "times": 1}, {"status": 500})

    assert api.get("/v2/corpora").status_code == 200
    assert [api.get("/v2/agents").status_code for _ in range(3)] == [429, 500, 500]


def test_a_rule_counts_only_those_that_it_fell_on(api):
    put(api, {"status": 503, "probability": 0.5, "times": 3})

    statuses = [api.get("/v2/agents").status_code for _ in range(40)]

    assert statuses.count(503) == 3


def test_a_request_that_asks_for_faults_itself_is_left_alone_by_rules(api):
    put(api, {"status": 500})

    assert api.call("GET", "/v2/agents", headers=chaos(status=503)).status_code == 503
    assert api.call("GET", "/v2/agents", headers=chaos(probability=0)).status_code == 200


def test_the_seed_of_a_rule_still_gives_each_request_its_own_fate(api):
    def fell(seed):
        put(api, {"status": 503, "probability": 0.5, "seed": seed})
        return [api.get("/v2/agents").status_code for _ in range(12)]

    assert fell(1) == fell(1)
    assert fell(1) != fell(2)
    assert set(fell(1)) == {200, 503}


def test_rules_are_listed_with_the_table_of_faults_and_can_be_sent_back(api):
    rule = {"cut": "frame", "duplicate": 0.5, "match": {"path": "x"}, "times": None}

    told = put(api, rule)

    assert told["rules"] == [rule]
    assert [row["name"] for row in told["faults"]] == list(FAULTS)
    assert told["faults"][0]["header"] == "X-Mock-Chaos-Status"
    assert set(told["faults"][0]) == {"name", "header", "values", "meaning", "applies_to"}
    assert api.call("PUT", ADMIN, told).json == told == api.get(ADMIN).json


@pytest.mark.parametrize("take_away", [("DELETE", ADMIN), ("POST", "/__admin/reset")])
def test_rules_are_taken_away(take_away, api):
    put(api, {"status": 500})

    assert api.call(*take_away).status_code == 204
    assert api.get(ADMIN).json["rules"] == []
    assert api.get("/v2/agents").status_code == 200


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (json.dumps({"rules": [{"status": 503}, {"status": 1}]}), "/rules/1/status"),
        (json.dumps({"rules": [{"match": {"path": "("}}]}), "/rules/0/match/path"),
        (json.dumps({"rules": [{"match": {"operation_id": "nope"}}]}), "/rules/0/match/operation_id"),
        ("{", ""),
        (b"\xff", ""),
        ("[" * 100_000, ""),
        ("", ""),
    ],
)
def test_rules_with_a_mistake_change_nothing_and_name_the_place(body, pointer, api):
    put(api, {"status": 500})

    answer = api.call("PUT", ADMIN, data=body)

    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert (answer.json["status"], answer.json["pointer"]) == (400, pointer)
    assert answer.json["detail"]
    assert api.get(ADMIN).json["rules"] == [{"status": 500, "match": {}, "times": None}]


def test_chaos_leaves_the_admin_paths_alone(api):
    put(api, {"status": 500})

    assert api.call("GET", "/__admin/state", headers=chaos(status=503)).status_code == 200
    assert api.get("/health").status_code == 200
