import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest

from mockserver.app import create_app
from mockserver.runtime import FixedClock
from mockserver.settings import Settings
from tests.arrange import NOON, Api, answer, assert_refused, of_type

AGENT = "/v2/agents/a1"
SCHEDULES = f"{AGENT}/schedules"
HOUR = 3600
DAY = 24 * HOUR
CLIENT_TOOL = {"get_location": {"type": "client", "tool_id": "tol_get_location"}}


def said(text="Is anything open?"):
    return [{"type": "text", "content": text}]


def body(interval="PT1H", **more):
    return {"name": "Daily report", "message": said(), "schedule": {"type": "interval", "interval": interval}, **more}


def cron(expression):
    return {"type": "cron", "cron_expression": expression}


@pytest.fixture
def api(app):
    api = Api(app)
    api.agent("a1")
    return api


def create(api, key="h1", agent=AGENT, **more):
    created = api.call("POST", f"{agent}/schedules", {"key": key, **body(**more)})
    assert created.status_code == 201, created.text
    return f"{agent}/schedules/{key}"


def executions(api, schedule, **query):
    return api.get(f"{schedule}/executions", **query).json["executions"]


def times(found):
    return [one["executed_at"][11:19] for one in found]


def sessions(api, agent=AGENT, **query):
    return api.get(f"{agent}/sessions", limit=100, **query).json["sessions"]


def stored(api, agent="a1"):
    return next(one for one in api.state()["agents"] if one["key"] == agent)


def test_a_created_schedule_can_be_read_back_with_its_defaults(api):
    created = api.call("POST", SCHEDULES, body(key="h1"))

    assert created.status_code == 201
    assert created.json == {
        "key": "h1",
        "agent_key": "a1",
        "name": "Daily report",
        "message": said(),
        "schedule": {"type": "interval", "interval": "PT1H"},
        "enabled": True,
        "session_metadata": {},
        "max_executions_to_keep": 10,
        "stall_timeout_seconds": 3600,
        "created_at": "2026-01-15T12:00:00.000Z",
    }
    assert api.get(f"{SCHEDULES}/h1").json == created.json


def test_everything_that_a_schedule_is_given_comes_back(api):
    given = {
        "key": "h1",
        "name": "n",
        "description": "d",
        "message": [*said(), {"type": "skill", "skill_name": "s"}],
        "schedule": cron("0 9 * * MON-FRI"),
        "enabled": False,
        "session_metadata": {"a": [1, None]},
        "max_executions_to_keep": 50,
        "stall_timeout_seconds": 1,
    }

    assert api.call("POST", SCHEDULES, given).json.items() >= given.items()


def test_a_key_is_made_from_the_name(api):
    keys = [api.call("POST", SCHEDULES, body()).json["key"] for _ in range(3)]

    assert len(set(keys)) == 3
    assert all(key.startswith("sch_daily_report_") for key in keys)


def test_a_key_that_the_agent_has_is_refused_and_another_agent_may_have_it(api):
    create(api)
    before = api.state()

    refused = api.call("POST", SCHEDULES, body(key="h1", name="Other"))

    assert_refused(refused, 409, "SM381", messages=["Agent a1 already has a schedule with key 'h1'."])
    assert api.state() == before
    assert create(api, agent=api.agent("a2")) == "/v2/agents/a2/schedules/h1"
    assert [one["key"] for one in api.get(SCHEDULES).json["schedules"]] == ["h1"]


@pytest.mark.parametrize(
    ("changes", "code", "fields"),
    [
        ({"key": "a b"}, "SM203", {"/key": "must match ^[0-9a-zA-Z_-]+$"}),
        ({"name": ""}, "SM203", {"/name": "must have at least 1 character"}),
        ({"message": []}, "SM203", {"/message": "must have at least 1 entry"}),
        ({"message": said("")}, "SM203", {"/message/0/content": "must have at least 1 character"}),
        ({"schedule": {"type": "daily"}}, "SM203", {"/schedule/type": "must be one of 'interval', 'cron'"}),
        ({"schedule": {"type": "cron"}}, "SM203", {"/schedule/cron_expression": "is required"}),
        ({"max_executions_to_keep": 51}, "SM203", {"/max_executions_to_keep": "must be at most 50"}),
        ({"stall_timeout_seconds": 0}, "SM203", {"/stall_timeout_seconds": "must be at least 1"}),
        ({"schedule": {"type": "interval", "interval": "PT0S"}}, "SM380", {"/schedule/interval": "must be at least one second"}),
        ({"schedule": cron("0 25 * * *")}, "SM380", {"/schedule/cron_expression": "cannot be read: Bad hour"}),
    ],
)
def test_a_schedule_that_does_not_fit_is_refused_by_field_and_nothing_changes(api, changes, code, fields):
    schedule = create(api)
    before = api.state()

    created = api.call("POST", SCHEDULES, {**body(key="h2"), **changes})
    assert_refused(created, 400, code, field_errors=fields)
    if "key" not in changes:
        assert_refused(api.call("PATCH", schedule, changes), 400, code, field_errors=fields)
    assert api.state() == before


@pytest.mark.parametrize(("method", "rest"), [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/executions")])
def test_what_is_not_there_is_named(api, method, rest):
    given = {} if method == "PATCH" else None

    missing = api.call(method, f"{SCHEDULES}/h9{rest}", given)
    assert_refused(missing, 404, "SM317", id="h9", messages=["Agent a1 has no schedule 'h9'."])
    assert_refused(api.call(method, f"/v2/agents/a9/schedules/h9{rest}", given), 404, "SM301", id="a9")


def test_schedules_of_an_agent_that_is_not_there_are_neither_listed_nor_created(api):
    assert_refused(api.get("/v2/agents/a9/schedules"), 404, "SM301", id="a9")
    assert_refused(api.call("POST", "/v2/agents/a9/schedules", body()), 404, "SM301", id="a9")


def test_schedules_are_listed_newest_first_page_by_page(api):
    for number in range(5):
        create(api, f"h{number}")

    first = api.get(SCHEDULES, limit=3).json
    second = api.get(SCHEDULES, limit=3, page_key=first["metadata"]["page_key"]).json

    assert [one["key"] for page in (first, second) for one in page["schedules"]] == ["h4", "h3", "h2", "h1", "h0"]
    assert second["metadata"] == {}


def test_a_patch_changes_what_it_names_and_keeps_the_rest(api, clock):
    schedule = create(api, description="d", session_metadata={"a": 1, "b": 2})
    before = api.get(schedule).json

    changed = api.call("PATCH", schedule, {"message": said("New"), "session_metadata": {"a": 3}})

    assert (changed.status_code, changed.json) == (200, {**before, "message": said("New"), "session_metadata": {"a": 3}})
    assert api.get(schedule).json == changed.json


def test_a_deleted_schedule_runs_no_more_and_its_sessions_stay(api, clock):
    schedule = create(api)
    clock.sleep(HOUR)

    assert api.call("DELETE", schedule).status_code == 204

    clock.sleep(HOUR)
    assert_refused(api.get(schedule), 404, "SM317", id="h1")
    assert len(sessions(api)) == 1


@pytest.mark.parametrize(
    ("role", "reads", "writes", "deletes"),
    [
        ("agent-user", False, False, False),
        ("viewer", True, False, False),
        ("agent-viewer", True, False, False),
        ("agent-developer", True, True, False),
        ("agent-administrator", True, True, True),
        ("administrator", True, True, True),
    ],
)
def test_each_role_may_do_what_the_document_says(api, role, reads, writes, deletes):
    schedule = create(api)
    caller = Api(api.app, key=f"mock-{role}")

    statuses = {
        "list": caller.get(SCHEDULES).status_code,
        "get": caller.get(schedule).status_code,
        "executions": caller.get(f"{schedule}/executions").status_code,
        "create": caller.call("POST", SCHEDULES, body()).status_code,
        "update": caller.call("PATCH", schedule, {"name": "n"}).status_code,
        "delete": caller.call("DELETE", schedule).status_code,
    }

    assert statuses == {
        **dict.fromkeys(("list", "get", "executions"), 200 if reads else 403),
        "create": 201 if writes else 403,
        "update": 200 if writes else 403,
        "delete": 204 if deletes else 403,
    }


def test_a_due_schedule_says_its_message_in_a_session_of_its_own(api, clock):
    schedule = create(api, session_metadata={"user": "u1"})
    clock.sleep(HOUR - 0.001)
    assert (executions(api, schedule), sessions(api)) == ([], [])
    assert "last_execution_at" not in api.get(schedule).json

    clock.sleep(0.001)
    (ran,) = executions(api, schedule)

    (session,) = sessions(api)
    assert ran == {
        "schedule_key": "h1",
        "workflow_run_id": str(UUID(ran["workflow_run_id"])),
        "session_key": session["key"],
        "attempt": 1,
        "status": "success",
        "executed_at": "2026-01-15T13:00:00.000Z",
    }
    assert (session["name"], session["metadata"], session["status"]) == ("Daily report", {"user": "u1"}, "stopped")
    events = api.events(f"{AGENT}/sessions/{session['key']}")
    assert (events[0]["type"], events[0]["messages"]) == ("input_message", said())
    assert answer(events)
    assert api.get(schedule).json["last_execution_at"] == "2026-01-15T13:00:00.000Z"


def test_a_cron_schedule_runs_when_clock_and_calendar_match(api, clock):
    schedule = create(api, schedule=cron("30 9 * * 1-5"))
    clock.sleep(6 * DAY)

    days = [one["executed_at"][:16] for one in executions(api, schedule)]

    assert days == ["2026-01-21T09:30", "2026-01-20T09:30", "2026-01-19T09:30", "2026-01-16T09:30"]


@pytest.mark.parametrize("look", ["sessions", "schedules", "schedules/h1", "schedules/h1/executions"])
def test_whoever_looks_finds_what_is_due_carried_out(api, clock, look):
    create(api)
    clock.sleep(2 * HOUR)

    assert stored(api)["schedules"][0]["executions"] == []
    assert api.get(f"{AGENT}/{look}").status_code == 200

    (kept,) = stored(api)["schedules"]
    assert times(kept["executions"]) == ["13:00:00", "14:00:00"]
    assert kept["next_due_at"] == "2026-01-15T15:00:00.000Z"
    assert len(stored(api)["sessions"]) == 2


def test_a_run_is_made_up_for_once_whoever_looks(api, clock):
    schedule = create(api)
    clock.sleep(HOUR)

    for _ in range(3):
        assert len(executions(api, schedule)) == len(sessions(api)) == 1


def test_the_runs_of_several_schedules_come_in_the_order_in_which_they_were_due(api, clock):
    create(api, "h1", interval="PT1H", name="hourly")
    create(api, "h2", interval="PT25M", name="often")
    clock.sleep(2 * HOUR)

    names = [session["name"] for session in reversed(sessions(api))]

    assert names == ["often", "often", "hourly", "often", "often", "hourly"]


def test_another_agents_schedules_wait_until_somebody_looks_there(api, clock):
    create(api, agent=api.agent("a2"))
    clock.sleep(HOUR)
    sessions(api)

    assert stored(api, "a2")["sessions"] == []
    assert len(sessions(api, "/v2/agents/a2")) == 1


def test_of_many_missed_runs_the_latest_hundred_are_made_up_for_and_the_log_says_so(api, clock, caplog):
    schedule = create(api, interval="PT1M", max_executions_to_keep=50)
    clock.sleep(150 * 60)

    with caplog.at_level(logging.WARNING, "sessionsuite.mock"):
        listed = executions(api, schedule, limit=100)

    assert (len(listed), listed[0]["executed_at"][11:16], listed[-1]["executed_at"][11:16]) == (50, "14:30", "13:41")
    kept = stored(api)
    assert len(kept["sessions"]) == 100
    assert kept["schedules"][0]["skipped_until"] == "2026-01-15T12:50:00.000Z"
    assert caplog.messages == [
        "schedule h1 of agent a1: only the latest 100 missed runs are made up for; "
        "those up to 2026-01-15T12:50:00.000Z are skipped"
    ]


def test_executions_are_listed_newest_first_page_by_page_and_the_oldest_are_forgotten(api, clock):
    schedule = create(api, max_executions_to_keep=5)
    clock.sleep(7 * HOUR)

    first = api.get(f"{schedule}/executions", limit=3).json
    second = api.get(f"{schedule}/executions", limit=3, page_key=first["metadata"]["page_key"]).json

    assert times(first["executions"] + second["executions"]) == ["19:00:00", "18:00:00", "17:00:00", "16:00:00", "15:00:00"]
    assert second["metadata"] == {}
    assert len(sessions(api)) == 7


def test_a_schedule_rests_while_it_is_disabled_and_starts_anew(api, clock):
    schedule = create(api)
    clock.sleep(HOUR)
    api.call("PATCH", schedule, {"enabled": False})
    clock.sleep(5 * HOUR + 60)
    assert times(executions(api, schedule)) == ["13:00:00"]
    assert stored(api)["schedules"][0]["next_due_at"] is None

    api.call("PATCH", schedule, {"enabled": True})
    clock.sleep(HOUR)

    assert times(executions(api, schedule)) == ["19:01:00", "13:00:00"]


def test_what_was_due_before_a_change_is_carried_out_as_it_was(api, clock):
    schedule = create(api, name="old")
    clock.sleep(HOUR)
    api.call("PATCH", schedule, {"name": "new", "schedule": {"type": "interval", "interval": "PT10M"}})
    clock.sleep(600)

    assert [session["name"] for session in sessions(api)] == ["new", "old"]
    assert times(executions(api, schedule)) == ["13:10:00", "13:00:00"]


def test_a_disabled_agent_makes_an_execution_fail_before_its_session(api, clock):
    schedule = create(api)
    api.call("PATCH", AGENT, {"enabled": False})
    clock.sleep(HOUR)

    (ran,) = executions(api, schedule)

    assert (ran["status"], ran["error_message"]) == ("error", "Agent a1 is disabled and takes no sessions.")
    assert "session_key" not in ran
    assert sessions(api) == []


@pytest.mark.parametrize(
    ("agent", "changes", "reason"),
    [
        ({"template": "#if($x"}, {}, "line 1"),
        ({}, {"message": [{"type": "skill", "skill_name": "dance"}]}, "dance"),
        ({}, {"session_metadata": {"mock.scenario": "nowhere"}}, "nowhere"),
        ({}, {"session_metadata": {"mock.scenario": "stream_error"}}, "stopped answering"),
        ({"tools": CLIENT_TOOL}, {"message": said("Please use get location.")}, "waits for the outputs of client tools"),
    ],
    ids=["template", "skill", "scenario", "broken off", "client tool"],
)
def test_what_keeps_a_turn_from_its_end_is_the_error_of_the_execution(app, clock, agent, changes, reason):
    api = Api(app)
    api.agent("a1", **agent)
    schedule = create(api, **changes)
    clock.sleep(HOUR)

    (ran,) = executions(api, schedule)

    assert ran["status"] == "error"
    assert reason in ran["error_message"]
    assert [session["key"] for session in sessions(api)] == [ran["session_key"]]


def test_a_failed_run_does_not_keep_the_next_from_running(api, clock):
    schedule = create(api)
    api.call("PATCH", AGENT, {"enabled": False})
    clock.sleep(HOUR)
    executions(api, schedule)
    api.call("PATCH", AGENT, {"enabled": True})
    clock.sleep(HOUR)

    assert [one["status"] for one in executions(api, schedule)] == ["success", "error"]


def test_the_sessions_of_a_schedule_can_be_talked_in(api, clock):
    schedule = create(api)
    clock.sleep(HOUR)
    session = f"{AGENT}/sessions/{executions(api, schedule)[0]['session_key']}"

    assert answer(api.turn(session, "And now?"))
    assert len(of_type(api.events(session), "input_message")) == 2


def test_an_agent_takes_its_schedules_along_when_it_is_deleted(api, clock):
    create(api)
    assert api.call("DELETE", AGENT).status_code == 204
    api.agent("a1")
    clock.sleep(HOUR)

    assert (api.get(SCHEDULES).json["schedules"], sessions(api)) == ([], [])


def test_a_reset_takes_the_schedules_away(api):
    create(api)
    api.reset()

    assert all(agent["schedules"] == [] for agent in api.state()["agents"])


def test_the_same_seed_brings_the_same_runs():
    def told(seed):
        clock = FixedClock(NOON)
        api = Api(create_app(Settings(), clock=clock, seed=seed))
        api.agent("a1")
        schedule = create(api, interval="PT1H")
        clock.sleep(3 * HOUR)
        found = executions(api, schedule)
        return found, [api.events(f"{AGENT}/sessions/{one['session_key']}") for one in found]

    assert told(1) == told(1) != told(2)


def test_a_run_takes_no_time_however_slow_the_model_is():
    clock = FixedClock(NOON)
    api = Api(create_app(Settings(physics="slow"), clock=clock))
    api.agent("a1")
    schedule = create(api)
    clock.sleep(HOUR)

    assert len(executions(api, schedule)) == 1
    assert clock.now() == NOON + timedelta(hours=1)


def test_many_who_look_at_once_make_up_for_each_run_once():
    clock = FixedClock(NOON)
    api = Api(create_app(Settings(), clock=clock))
    api.agent("a1")
    create(api, max_executions_to_keep=50)
    clock.sleep(20 * HOUR)

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: api.get(f"{AGENT}/sessions").status_code, range(8)))

    assert statuses == [200] * 8
    kept = stored(api)
    assert len(kept["sessions"]) == 20
    assert len({one["executed_at"] for one in kept["schedules"][0]["executions"]}) == 20
