"""What protects a deployment from a run: one host, a budget, a journal of what is made, a sweep after a crash."""

import json
from random import Random

import httpx
import pytest

from contracts.client import Api
from contracts.collections import collections
from contracts.journal import Journal, journals
from contracts.rates import spacing_of
from contracts.sweeping import sweep
from contracts.target import TargetError, is_loopback, open_target
from contracts.wire.budget import Budget, Limits, NotSentError
from contracts.wire.wire import MAY_BE_UNMARKED, Wire
from tests.contracts.crash_trials import GENERATED, SUITES, trial
from tests.contracts.running import contracts, verdicts
from tests.serving.process import served

RUN = "0123abcd"
UNLIMITED = Limits()
AGENTS = collections()["/v2/agents"]
TOOLS = collections()["/v2/tools"]


class Clock:
    """Time that passes where somebody waits."""

    def __init__(self):
        self.at, self.waits = 100.0, []

    def now(self):
        return self.at

    def pause(self, seconds):
        self.waits.append(seconds)
        self.at += seconds


def client(answer, *, limits=UNLIMITED, clock=None, journal=None, host="target.example"):
    """A client on a wire whose other end gives these answers."""
    clock = clock or Clock()
    wire = Wire(httpx.MockTransport(answer), host, budget=Budget(limits, now=clock.now, pause=clock.pause))
    wire.journal = journal
    return httpx.Client(transport=wire, base_url="http://target.example"), wire


def always(status, **fields):
    return lambda _: httpx.Response(status, **fields)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "[::1]", "::1", "localhost", "mock.localhost"])
def test_this_machine_needs_no_permission(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["api.example.com", "localhost.example.com", "10.0.0.1", "128.0.0.1", "127.0.0.1.example.com"])
def test_nothing_is_sent_to_a_host_that_nobody_has_named(host):
    with pytest.raises(TargetError, match=f"--allow-host {host}"):
        open_target(url=f"https://{host}/", app=None, api_key="key")
    assert open_target(url=f"https://{host}/", app=None, api_key="key", allow_hosts=[host]).base_url == f"https://{host}"


def test_a_run_elsewhere_is_refused_before_it_sends_anything():
    run = contracts("run", "--url", "https://api.example.com", "--api-key", "key")
    assert run.returncode == 2
    assert "api.example.com is not this machine. Nothing is sent there unless you name it: --allow-host api.example.com" in (
        run.stdout + run.stderr
    )


def test_the_wire_sends_to_no_other_host():
    http, _ = client(always(200), host="another.example")
    with pytest.raises(NotSentError, match=r"nothing is sent to target\.example"):
        http.get("/v2/agents")


def test_a_spent_budget_sends_nothing_but_what_cleans_up():
    http, wire = client(always(204), limits=Limits(requests=2))
    for _ in range(2):
        http.get("/v2/agents")
    with pytest.raises(NotSentError, match="the budget of 2 requests is spent"):
        http.get("/v2/agents")
    with wire.budget.cleaning():
        assert http.delete("/v2/agents/a").status_code == 204
    assert wire.budget.requests == 3


def test_turns_are_counted_apart():
    http, wire = client(always(201), limits=Limits(turns=1))
    events = "/v2/agents/a/sessions/s/events"
    http.post(events, json={"type": "input_message"})
    http.post(events, json={"type": "interrupt"})
    for broken in (b'{"messages": [', b"[" * 100_000):
        http.post(events, content=broken, headers={"content-type": "application/json"})
    with pytest.raises(NotSentError):
        http.post(events, json={"messages": [{"type": "text", "content": 'say "interrupt"'}]})
    with pytest.raises(NotSentError):
        http.post(events, files={"files": ("a.txt", b"text")})
    with pytest.raises(NotSentError, match="the budget of 1 turns is spent"):
        http.post(events, json={"type": "input_message"})
    assert http.get("/v2/agents").status_code == 201
    assert wire.budget.turns == 1


def test_a_budget_of_time_ends():
    clock = Clock()
    http, _ = client(always(200), limits=Limits(seconds=5), clock=clock)
    http.get("/v2/agents")
    clock.at += 5
    with pytest.raises(NotSentError, match="the budget of 5 s is spent"):
        http.get("/v2/agents")


def test_a_rate_spaces_requests():
    clock = Clock()
    http, _ = client(always(200), limits=Limits(spacing=spacing_of("30/m")), clock=clock)
    for _ in range(3):
        http.get("/v2/agents")
    assert clock.waits == [2.0, 2.0]


@pytest.mark.parametrize(("rate", "seconds"), [("10/s", 0.1), ("100/m", 0.6), ("36/h", 100.0), ("1/d", 86400.0)])
def test_rates_are_read_as_schemathesis_writes_them(rate, seconds):
    assert spacing_of(rate) == pytest.approx(seconds)


@pytest.mark.parametrize("rate", ["10", "0/s", "ten/s", "10/y", "", "-1/s"])
def test_a_rate_that_is_none_is_told(rate):
    with pytest.raises(ValueError, match="a rate is written N/s"):
        spacing_of(rate)


def test_what_a_busy_target_asks_for_is_waited_for():
    clock, answers = Clock(), iter([httpx.Response(429, headers={"retry-after": "7"}), httpx.Response(200)])
    http, wire = client(lambda _: next(answers), clock=clock)
    assert http.get("/v2/agents").status_code == 200
    assert clock.waits == [7.0]
    assert wire.budget.requests == 2


def test_an_object_is_on_disk_before_it_is_asked_for(tmp_path):
    journal = Journal(tmp_path, "http://target.example", RUN)

    def answer(request):
        (left,) = journals(tmp_path)
        assert [(intent.mark, intent.path) for intent in left.intents] == [(f"sc-{RUN}-tool-1", None)]
        return httpx.Response(201, json={"id": "tol_1", "name": f"sc-{RUN}-tool-1"})

    http, _ = client(answer, journal=journal)
    assert http.post("/v2/tools", json={"name": f"sc-{RUN}-tool-1"}).json()["id"] == "tol_1"
    (left,) = journals(tmp_path)
    assert [intent.path for intent in left.intents] == ["/v2/tools/tol_1"]


def test_what_was_refused_or_removed_is_left_to_nobody(tmp_path):
    journal = Journal(tmp_path, "http://target.example", RUN)
    answers = iter([httpx.Response(409), httpx.Response(201, json={"key": f"sc-{RUN}-agent-2"}), httpx.Response(204)])
    http, _ = client(lambda _: next(answers), journal=journal)
    for number in (1, 2):
        http.post("/v2/agents", json={"key": f"sc-{RUN}-agent-{number}"})
    assert [intent.mark for left in journals(tmp_path) for intent in left.intents] == [f"sc-{RUN}-agent-2"]
    http.delete(f"/v2/agents/sc-{RUN}-agent-2")
    assert journal.close() == 0
    assert list(tmp_path.iterdir()) == []


def test_a_404_shows_that_nothing_is_there_to_who_cleans_up_alone(tmp_path):
    journal = Journal(tmp_path, "http://target.example", RUN)
    journal.made(journal.intend(AGENTS, "key", f"sc-{RUN}-agent-1"), f"/v2/agents/sc-{RUN}-agent-1")
    http, wire = client(always(404), journal=journal)
    http.delete(f"/v2/agents/sc-{RUN}-agent-1")
    assert len(next(journals(tmp_path)).intents) == 1
    with wire.budget.cleaning():
        http.delete(f"/v2/agents/sc-{RUN}-agent-1")
    assert journal.close() == 0


@pytest.mark.parametrize(
    ("path", "sent", "answered"),
    [
        ("/v2/agents", {"key": f"sc-{RUN}-agent-1"}, {"key": "production"}),
        ("/v2/agents", {"key": f"sc-{RUN}-agent-1"}, {}),
        ("/v2/tools", {"name": f"sc-{RUN}-tool-1"}, {"id": "tol_theirs", "name": "Theirs"}),
        ("/v2/tools", {"name": f"sc-{RUN}-tool-1"}, {"name": f"sc-{RUN}-tool-1"}),
    ],
)
def test_what_a_target_says_that_it_made_is_not_removed_unless_it_was_asked_for(tmp_path, path, sent, answered):
    http, wire = client(always(201, json=answered), journal=Journal(tmp_path, "http://target.example", RUN))
    http.post(path, json=sent)
    assert [intent.path for left in journals(tmp_path) for intent in left.intents] == [None]
    with wire.budget.cleaning(), pytest.raises(NotSentError, match="would remove what the run did not make"):
        http.delete(f"{path}/{answered.get('key') or answered.get('id') or 'any'}")


@pytest.mark.parametrize(
    ("there", "removed", "left"),
    [
        ({"id": "tol_1", "name": f"sc-{RUN}-tool-1"}, 1, ()),
        ({"id": "tol_1", "name": f"sc-{RUN}-renamed-2"}, 1, ()),
        ({"id": "tol_1", "name": "Renamed by somebody"}, 0, ("has the name 'Renamed by somebody'",)),
        (None, 0, ()),
    ],
    ids=["own", "renamed", "changed", "gone"],
)
def test_a_sweep_removes_what_still_bears_its_mark(tmp_path, there, removed, left):
    journal = Journal(tmp_path, "http://target.example", RUN)
    journal.made(journal.intend(TOOLS, "name", f"sc-{RUN}-tool-1"), "/v2/tools/tol_1")
    asked = []

    def answer(request):
        asked.append(request.method)
        if request.method == "DELETE":
            return httpx.Response(204)
        return httpx.Response(200, json=there) if there else httpx.Response(404)

    http, _ = client(answer)
    swept = sweep([Api(http, "key")], next(journals(tmp_path)))
    assert (swept.removed, len(swept.left)) == (removed, len(left))
    assert asked.count("DELETE") == removed
    assert all(words in told for words, told in zip(left, swept.left, strict=True))
    assert [file.name for file in tmp_path.iterdir()] == ([f"{RUN}.jsonl"] if left else [])


def test_nothing_is_made_that_does_not_bear_the_runs_id(tmp_path):
    http, _ = client(always(201), journal=Journal(tmp_path, "http://target.example", RUN))
    with pytest.raises(NotSentError, match=r"without the run's id in its key"):
        http.post("/v2/agents", json={"key": "my-agent"})
    assert list(tmp_path.iterdir()) == []


def test_what_has_to_be_refused_may_lack_the_runs_id_and_is_removed_where_it_is_made(tmp_path):
    journal = Journal(tmp_path, "http://target.example", RUN)
    answers = iter([httpx.Response(400), httpx.Response(201, json={"key": "no key at all"}), httpx.Response(204)])
    http, wire = client(lambda _: next(answers), journal=journal)
    for _ in range(2):
        http.post("/v2/agents", json={"key": "no key at all"}, extensions={MAY_BE_UNMARKED: True})
    assert [intent.path for left in journals(tmp_path) for intent in left.intents] == ["/v2/agents/no key at all"]
    with wire.budget.cleaning():
        http.delete("/v2/agents/no key at all")
    assert journal.close() == 0


def test_an_agent_without_a_key_is_found_by_its_name(tmp_path):
    journal = Journal(tmp_path, "http://target.example", RUN)
    own = {"key": "made-up", "name": f"sc-{RUN}-agent-1"}
    wired, _ = client(always(500, json={}), journal=journal)
    wired.post("/v2/agents", json={"name": own["name"]})
    gone = []

    def answer(request):
        gone.extend([request.url.path] if request.method == "DELETE" else [])
        others = [{"key": "theirs", "name": "Theirs"}, own]
        return httpx.Response(204) if request.method == "DELETE" else httpx.Response(200, json={"agents": others, "metadata": {}})

    http, _ = client(answer)
    assert sweep([Api(http, "key")], next(journals(tmp_path))).removed == 1
    assert gone == ["/v2/agents/made-up"]


def test_a_journal_is_read_up_to_where_a_crash_cut_it(tmp_path):
    journal = Journal(tmp_path, "http://target.example", RUN)
    journal.intend(AGENTS, "key", f"sc-{RUN}-agent-1")
    journal.intend(TOOLS, "name", f"sc-{RUN}-tool-2")
    assert journal.file is not None
    text = journal.file.read_text("utf-8")
    for cut in range(len(text)):
        journal.file.write_text(text[:cut], "utf-8")
        whole = text[:cut].count("\n") - 1 + (text[:cut].endswith("}"))
        assert sum(len(left.intents) for left in journals(tmp_path)) == max(0, whole)
    journal.file.write_text(text, "utf-8")
    assert [intent.number for intent in next(journals(tmp_path)).intents] == [2, 1]


def test_what_a_run_keeps_is_swept_later(tmp_path):
    journals_at = ("--journal-dir", str(tmp_path / "journals"))
    with served(folder=tmp_path) as mock, mock.client() as http:
        before = http.get("/__admin/state").json()
        target = ("--url", mock.url, "--api-key", "mock-owner", *journals_at)
        kept = contracts("run", *target, "--promises", "SC201,SC211,SC507", "--keep")
        assert set(verdicts(kept).values()) == {"kept"}, kept.stdout
        assert "are left there: sessions-contracts sweep removes them" in kept.stdout
        assert http.get("/__admin/state").json() != before
        (left,) = journals(tmp_path / "journals")
        first, again = (contracts("sweep", *target) for _ in range(2))
        assert http.get("/__admin/state").json() == before
    count = len(left.intents)
    assert f"{count} in its journal, {count} removed, 0 gone already, 0 left." in first.stdout
    assert "there is nothing to sweep" in again.stdout
    assert (first.returncode, again.returncode) == (0, 0)


def test_a_run_that_ends_leaves_no_journal(tmp_path):
    with served(folder=tmp_path) as mock:
        target = ("--url", mock.url, "--api-key", "mock-owner", "--journal-dir", str(tmp_path / "journals"))
        generating = ("--promises", "SC102,SC205,SC211", "--phases", "stateful", "--max-examples", "2")
        run = contracts("run", *target, *generating)
    assert set(verdicts(run).values()) == {"kept"}, run.stdout[-3000:]
    assert list((tmp_path / "journals").iterdir()) == []


def test_a_run_within_a_budget_says_what_it_could_not_test(tmp_path):
    run = contracts("run", "--app", "mockserver.app:create_app", "--promises", "SC201,SC207", "--max-requests", "5")
    assert verdicts(run) == {"SC201": "kept", "SC207": "not"}
    assert "the budget of 5 requests is spent (--max-requests)" in run.stdout


@pytest.mark.parametrize("seed", range(4))
def test_a_sweep_after_a_crash_leaves_nothing_and_touches_nothing(tmp_path, seed):
    kind = (SUITES, GENERATED)[seed % 2]
    done = trial(Random(seed), str(tmp_path), kind)  # noqa: S311 - a trial, not a secret
    assert done.killed
    assert done.is_good, done


def test_a_journal_holds_no_secret(tmp_path):
    with served(folder=tmp_path) as mock:
        target = ("--url", mock.url, "--api-key", "mock-owner", "--journal-dir", str(tmp_path / "journals"))
        contracts("run", *target, "--promises", "SC707", "--keep")
        (file,) = (tmp_path / "journals").iterdir()
        lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        contracts("sweep", *target)
    assert {name for line in lines for name in line} <= {
        "run",
        "target",
        "intend",
        "collection",
        "field",
        "mark",
        "made",
        "path",
        "gone",
    }
    assert "mock-owner" not in str(lines)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_that_writes_is_sent_where_a_run_only_reads(method):
    sent = []
    wire = Wire(
        httpx.MockTransport(lambda request: sent.append(request) or httpx.Response(200)), "target.example", reads_only=True
    )
    with httpx.Client(transport=wire, base_url="http://target.example") as http:
        assert http.get("/v2/agents").status_code == 200
        with pytest.raises(NotSentError, match="--profile read-only sends nothing that writes"):
            http.request(method, "/v2/agents/a")
    assert [request.method for request in sent] == ["GET"]


def test_a_run_that_only_reads_changes_nothing_and_verifies_what_is_there(tmp_path):
    seen_without_writing = {"SC207", "SC220", "SC221", "SC222", "SC223", "SC225", "SC226", "SC701"}
    with served(folder=tmp_path) as mock:
        for number, tier in enumerate((1, 2, 2, None, "gold")):
            body = {"key": f"ase_{number}", "metadata": {"tier": number, "level": tier, "role": "O'Brien"}}
            httpx.post(f"{mock.url}/v2/agents/support-agent/sessions", json=body, headers={"x-api-key": "mock-owner"})
        before = httpx.get(f"{mock.url}/__admin/state").json()
        options = ("--url", mock.url, "--api-key", "mock-owner", "--profile", "read-only", "--promises", "SC2,SC7")
        run = contracts("run", *options, "--no-progress")
        after = httpx.get(f"{mock.url}/__admin/state").json()
        asked = httpx.get(f"{mock.url}/__admin/requests").json()
    found = verdicts(run)
    assert {code for code, verdict in found.items() if verdict == "kept"} == seen_without_writing, run.stdout
    assert run.returncode == 0
    assert "(--profile read-only sends nothing that writes)" in run.stdout
    assert after == before
    assert {request["method"] for request in asked["requests"] if request["path"].startswith("/v2")} <= {"GET"}
