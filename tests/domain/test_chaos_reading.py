import pytest

from mockserver.domain.chaos import FAULTS, Faults, Match, Reach, Rule, RuleError, faults_in, rules_of
from mockserver.domain.errors import Refused

OPERATIONS = ("createAgent", "createAgentInput", "getAgent")


def headers(**given):
    return {f"x-mock-chaos-{name}": value for name, value in given.items()}


def test_every_fault_is_read_from_its_header():
    asked = headers(
        status="429", latency="20", reset="in_body", cut="character", stall="0", duplicate="0.25", reorder=".5",
        unterminated="True", heartbeat="3", probability="1.0", seed="-7",
    )  # fmt: skip

    assert asked.keys() == {row.header.lower() for row in FAULTS.values()}
    assert faults_in({**asked, "x-api-key": "mock-owner"}) == Faults(
        status=429,
        latency=20,
        reset="in_body",
        cut="character",
        duplicate=0.25,
        reorder=0.5,
        unterminated=True,
        heartbeat=3,
        seed=-7,
    )


def test_a_request_without_such_headers_asks_for_nothing():
    assert faults_in({"x-api-key": "mock-owner", "x-mock-chaos": "status=503"}) is None


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("status", "418", "one of 429, 500, 502, 503"),
        ("status", "503,503", "one of 429, 500, 502, 503"),
        ("latency", "-1", "a whole number from 0 to 60000"),
        ("latency", "1e3", "a whole number from 0 to 60000"),
        ("latency", "٣", "a whole number from 0 to 60000"),
        ("latency", "9" * 30, "a whole number from 0 to 60000"),
        ("reset", "later", "one of before_body, in_body"),
        ("cut", "", "one of frame, character"),
        ("stall", "60001", "a whole number from 0 to 60000"),
        ("duplicate", "1.01", "a number from 0 to 1"),
        ("duplicate", "nan", "a number from 0 to 1"),
        ("reorder", "0_0", "a number from 0 to 1"),
        ("unterminated", "yes", "true or false"),
        ("heartbeat", "0", "a whole number from 1 to 1000"),
        ("probability", "inf", "a number from 0 to 1"),
        ("seed", "abc", "a whole number from -9223372036854775808 to 9223372036854775807"),
    ],
)
def test_a_bad_value_names_header_value_and_what_is_allowed(name, value, allowed):
    with pytest.raises(Refused) as caught:
        faults_in(headers(**{name: value}))

    header = f"X-Mock-Chaos-{name.title()}"
    shown = repr(value)
    assert caught.value.refusal.code == "SM213"
    assert caught.value.fields == {header: f"is {shown}; it must be {allowed}"}
    assert header in caught.value.message


def test_a_long_value_is_shown_in_part():
    with pytest.raises(Refused) as caught:
        faults_in(headers(cut="x" * 10_000))

    assert len(caught.value.message) < 250


@pytest.mark.parametrize(
    ("name", "advice"),
    [("statsu", "did you mean X-Mock-Chaos-Status?"), ("zzz", "there are X-Mock-Chaos-Status, X-Mock-Chaos-Latency")],
)
def test_an_unknown_fault_suggests_the_nearest(name, advice):
    with pytest.raises(Refused) as caught:
        faults_in(headers(**{name: "1"}))

    assert advice in caught.value.message
    assert list(caught.value.fields) == [f"X-Mock-Chaos-{name.title()}"]


def test_all_bad_headers_are_named_at_once():
    with pytest.raises(Refused) as caught:
        faults_in(headers(status="1", cut="2", statsu="503", latency="5"))

    assert set(caught.value.fields) == {"X-Mock-Chaos-Status", "X-Mock-Chaos-Cut", "X-Mock-Chaos-Statsu"}


def test_the_table_says_what_each_fault_applies_to():
    assert {row.name for row in FAULTS.values() if row.reach is Reach.STREAMS} == {
        "duplicate",
        "reorder",
        "unterminated",
        "heartbeat",
    }


def test_a_rule_is_read_and_written_back():
    document = {
        "rules": [
            {"status": 503, "match": {"method": "POST", "path": "^/v2/agents$", "operation_id": "createAgent"}, "times": 2},
            {"duplicate": 0.5, "unterminated": True, "seed": 7, "match": {}, "times": None},
        ]
    }

    rules = rules_of(document, OPERATIONS)

    assert {"rules": [rule.as_json() for rule in rules]} == document
    assert rules[0] == Rule(Faults(status=503), Match("POST", "^/v2/agents$", "createAgent"), 2)


def test_a_rule_needs_neither_match_nor_times_nor_faults():
    assert rules_of({"rules": [{}]}, OPERATIONS) == (Rule(Faults(), Match()),)


def test_values_may_be_texts_as_in_headers():
    assert rules_of({"rules": [{"status": "503", "latency": "5"}]}, OPERATIONS)[0].faults == Faults(status=503, latency=5)


@pytest.mark.parametrize(
    ("match", "taken"),
    [
        ({}, True),
        ({"method": "GET"}, True),
        ({"method": "POST"}, False),
        ({"path": "agents/a.$"}, True),
        ({"path": "^agents"}, False),
        ({"operation_id": "getAgent"}, True),
        ({"operation_id": "createAgent"}, False),
        ({"method": "GET", "path": "nothing", "operation_id": "getAgent"}, False),
    ],
)
def test_a_rule_takes_what_fits_all_that_it_names(match, taken):
    rule = rules_of({"rules": [{"match": match}]}, OPERATIONS)[0]

    assert rule.match.takes("GET", "/v2/agents/a1", "getAgent") is taken


@pytest.mark.parametrize(
    ("rule", "pointer", "reason"),
    [
        (5, "/rules/1", "must be an object of faults, match and times"),
        ({"statsu": 503}, "/rules/1/statsu", "is unknown; did you mean status?"),
        ({"tmies": 1}, "/rules/1/tmies", "is unknown; did you mean times?"),
        ({"a/b~": 1}, "/rules/1/a~1b~0", "is unknown; there are status, latency"),
        ({"status": 418}, "/rules/1/status", "is 418; it must be one of 429, 500, 502, 503"),
        ({"status": [503]}, "/rules/1/status", "is [503]; it must be one of"),
        ({"latency": True}, "/rules/1/latency", "is True; it must be a whole number"),
        ({"latency": 1.5}, "/rules/1/latency", "is 1.5; it must be a whole number"),
        ({"duplicate": True}, "/rules/1/duplicate", "is True; it must be a number from 0 to 1"),
        ({"duplicate": float("nan")}, "/rules/1/duplicate", "is nan; it must be a number from 0 to 1"),
        ({"unterminated": 1}, "/rules/1/unterminated", "is 1; it must be true or false"),
        ({"times": -1}, "/rules/1/times", "is -1; it must be a whole number from 0 to 1000000, or null"),
        ({"match": []}, "/rules/1/match", "must be an object with any of method, path, operation_id"),
        ({"match": {"methud": "GET"}}, "/rules/1/match/methud", "is unknown; did you mean method?"),
        ({"match": {"method": "get"}}, "/rules/1/match/method", "is 'get'; it must be one of GET, HEAD"),
        ({"match": {"path": 1}}, "/rules/1/match/path", "is 1; it must be a text"),
        ({"match": {"path": "("}}, "/rules/1/match/path", "is not a regular expression in RE2 syntax: missing )"),
        ({"match": {"path": "(?=x)"}}, "/rules/1/match/path", "is not a regular expression in RE2 syntax"),
        (
            {"match": {"operation_id": "creatAgent"}},
            "/rules/1/match/operation_id",
            "names no operation; did you mean createAgent",
        ),
    ],
)
def test_a_rule_with_a_mistake_names_the_place_and_what_is_allowed(rule, pointer, reason):
    with pytest.raises(RuleError) as caught:
        rules_of({"rules": [{"status": 503}, rule]}, OPERATIONS)

    assert caught.value.pointer == pointer
    assert caught.value.reason.startswith(reason)


@pytest.mark.parametrize("document", [None, [], {}, {"rule": []}, {"rules": {}}, "rules"])
def test_what_is_no_list_of_rules_is_refused(document):
    with pytest.raises(RuleError) as caught:
        rules_of(document, OPERATIONS)

    assert caught.value.pointer == "/rules"
