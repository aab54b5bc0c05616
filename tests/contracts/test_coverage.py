"""Coverage: what a run has held to a promise, of all that the document and the tables of the suites have."""

import json

import pytest

from contracts.coverage.callers import Callers
from contracts.coverage.dimensions import MEANINGS, places
from contracts.coverage.filter_language import OPERATORS, operators_of
from contracts.coverage.measure import below, measured, minimum_of
from contracts.coverage.observing import covered, operation_of
from contracts.operations import operations, roles_of_kind
from contracts.templating.forms import FORMS, OVERRIDE_FORMS, VECTORS, forms_of, override_forms_of
from contracts.wire.exchange import Exchange
from tests.contracts.forked import contracts
from tests.contracts.running import BY_WORKERS

MOCK = ("--app", "mockserver.app:create_app")


def exchange(method, path, sent=None, answer=None, status=200, *, key="mock-owner", **more):
    written = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    told = {"answer_headers": {"content-type": "application/json"}, "answer": written}
    return Exchange(method, path, {"x-api-key": key}, json.dumps(sent).encode(), status, **(told | more))


def seen(*exchanges):
    callers, found = Callers(), set()
    callers.know({"viewer": "mock-viewer"})
    for one in exchanges:
        callers.learn(one)
        found |= set(covered(one, callers))
    return found


def of(dimension, found):
    return {place for name, place in found if name == dimension}


def report(tmp_path, *arguments):
    run = contracts("run", *arguments, "--report", "json", "--report-dir", str(tmp_path))
    return run, json.loads((tmp_path / "report.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("expression", "operators"),
    [
        ("tier = 1", {"="}),
        ("a == 1 and b <> 2 or not c != 'x = y'", {"==", "AND", "<>", "OR", "NOT", "!="}),
        ("a IS NOT NULL AND b is null", {"IS NOT NULL", "IS NULL", "AND"}),
        ("NOT a IS NULL", {"NOT", "IS NULL"}),
        ("tier IN (1, -2)", {"IN list", "unary -"}),
        ("'O''Brien' IN names", {"IN field"}),
        ("\"a < b\" LIKE '%>='", {"LIKE"}),
        ("(doc.a + 1) * 2 - 3 >= +4 / b.c % 5", {"brackets", "binary +", "*", "binary -", ">=", "unary +", "/", "%"}),
        ("a - 1 < b AND a > -1", {"binary -", "<", "AND", ">", "unary -"}),
        ("a <= 'IS NULL'", {"<="}),
        ("", set()),
    ],
)
def test_a_filter_has_the_operators_that_stand_in_it(expression, operators):
    assert operators_of(expression) == operators
    assert operators <= set(OPERATORS)


def test_the_suite_renders_every_form_of_a_template():
    assert {name for template, _ in VECTORS for name in forms_of(template)} == {form.name for form in FORMS}


@pytest.mark.parametrize(
    ("template", "forms"),
    [
        ("Be kind.", set()),
        ("#if($a)b#end", {"$reference", "#if with a presence"}),
        ("#if(!$a)b#else c#end", {"$reference", "#if with && or !", "#else"}),
        ("$!{session.metadata.place.city}", {"quiet reference", "nested reference"}),
        ("$5 ## ${a}", {"plain $ and #", "comment", "${reference}"}),
    ],
)
def test_a_template_has_the_forms_that_stand_in_it(template, forms):
    assert set(forms_of(template)) == forms


def test_a_pinned_argument_has_the_forms_that_stand_in_it():
    text, reference = (form.name for form in OVERRIDE_FORMS)
    assert set(override_forms_of({"query": "password", "$ref": 1})) == set()
    assert set(override_forms_of({"query": {"list": ["${session.metadata.x}"]}})) == {text}
    assert set(override_forms_of({"query": {"$ref": "session.metadata.x"}})) == {reference}


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.id)
def test_a_request_is_known_by_its_operation(operation):
    assert operation_of(operation.method, operation.at(dict.fromkeys(operation.parameters, "k-1"))) == operation.id


def test_there_is_a_place_for_everything_that_the_document_has():
    roles = {*roles_of_kind("api"), *(f"{role} on one {kind}" for kind in ("agent", "corpus") for role in roles_of_kind(kind))}
    assert set(places()) == set(MEANINGS)
    assert set(places()["role"]) <= roles
    assert {"input_message", "streaming_agent_output_end", "image_read", "end"} <= set(places()["event"])
    assert all(len(set(found)) == len(found) > 0 for found in places().values())


def test_only_what_succeeds_covers_an_operation_and_what_was_sent_to_it():
    path = "/v2/agents/a/sessions?metadata_filter=tier+%3D+1"
    assert seen(exchange("GET", path)) == {("operation", "listAgentSessions"), ("operator", "=")}
    assert seen(exchange("GET", path, status=400)) == set()
    assert seen(exchange("GET", "/v2/nowhere")) == set()


def test_events_are_covered_by_answers_and_by_streams():
    path, event = "/v2/agents/a/sessions/s/events", {"id": "aev_1", "type": "agent_output"}
    stream = {"answer_headers": {"content-type": "text/event-stream"}, "answer": b'event: end\ndata: {"type": "end"}\n\n'}
    assert of("event", seen(exchange("GET", path, answer={"events": [event]}))) == {"agent_output"}
    assert of("event", seen(exchange("GET", f"{path}/aev_1", answer=event))) == {"agent_output"}
    assert of("event", seen(exchange("POST", path, status=201, **stream))) == {"end"}


def test_a_role_is_covered_by_who_has_it_alone_and_is_let_in():
    def asked(key, status=200):
        return exchange("GET", "/v2/agents", key=key, status=status)

    def made(key, **roles):
        return exchange("POST", "/v2/api_keys", {"name": "k", **roles}, {"id": "aky_1", "secret_key": key}, 201)

    assert of("role", seen(asked("mock-viewer", 403))) == {"viewer"}
    assert of("role", seen(asked("mock-viewer", 401), asked("unknown"))) == set()
    one = made("one", agent_roles=[{"agent_key": "a", "role": "agent_user"}])
    two = made("two", api_roles=["viewer", "owner"])
    assert of("role", seen(one, two, asked("one"), asked("two"))) == {"agent_user on one agent"}
    client = exchange("POST", "/v2/app_clients", {"api_roles": ["agent_developer"]}, {"id": "app_1", "client_id": "c"}, 201)
    token = exchange("POST", "/oauth/token", {"client_id": "c"}, {"access_token": "t0ken"})
    bearer = Exchange("GET", "/v2/agents", {"authorization": "Bearer t0ken"}, b"", 200, {}, b"{}")
    assert of("role", seen(client, token, bearer)) == {"agent_developer"}


def test_a_hundred_percent_is_all():
    names = places()["operation"]
    operation = {one.name: one for one in measured({"operation": set(names[1:])})}["operation"]
    assert operation.missing == names[:1]
    assert operation.percent == 100 * (len(names) - 1) // len(names) < 100
    assert str(operation) == f"{len(names) - 1} of {len(names)} ({operation.percent} %); missing: {names[0]}"
    assert measured({"role": set(places()["role"])})[1].percent == 100


def test_a_minimum_is_for_every_dimension_or_for_one():
    assert minimum_of("") == {}
    assert minimum_of("80") == dict.fromkeys(MEANINGS, 80)
    assert minimum_of("role=100,80") == dict.fromkeys(MEANINGS, 80) | {"role": 100}
    coverage = measured({"role": set(places()["role"])})
    assert list(below(coverage, minimum_of("role=100"))) == []
    assert list(below(coverage, minimum_of("operation=0.5,role=100"))) == ["operation: 0 % is covered, less than 0.5 %"]


@pytest.mark.parametrize("written", ["101", "-1", "most", "roles=80", "role=", "80%"])
def test_a_minimum_that_is_none_is_wrong_use(written):
    with pytest.raises(ValueError, match="a coverage is PERCENT or DIMENSION=PERCENT, of operation, role, event, operator, form"):
        minimum_of(written)
    assert contracts("run", *MOCK, f"--min-coverage={written}").returncode == 2 if written == "roles=80" else True


@BY_WORKERS
def test_what_fixtures_send_covers_nothing_and_too_little_fails_the_run(tmp_path, workers):
    run, told = report(tmp_path, *MOCK, "--promises", "SC210", "--min-coverage", "operator=70,80", *workers)
    assert told["coverage"]["operation"]["covered"] == ["listAgentSessions"]
    assert told["coverage"]["operator"]["percent"] >= 70
    assert told["too_little"][0] == "operation: 1 % is covered, less than 80 %"
    assert told["verdicts"] == {"kept": ["SC210"]}
    assert "coverage is too little (--min-coverage): operation: 1 % is covered, less than 80 %" in run.stdout
    assert f"coverage, operation  1 of {len(operations())} (1 %); missing: " in run.stdout
    assert run.returncode == 1


def test_enough_coverage_fails_no_run_and_what_is_skipped_covers_nothing(tmp_path):
    run, _ = report(tmp_path, *MOCK, "--promises", "SC210", "--min-coverage", "operator=70")
    assert run.returncode == 0
    app = ("--app", "tests.contracts.limited:is_done_at_once")
    run, told = report(tmp_path, *app, "--promises", "SC308")
    assert [one["covered"] for one in told["coverage"].values()] == [[]] * len(MEANINGS)
    assert run.returncode == 5
