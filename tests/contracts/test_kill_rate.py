"""The kill rate is measured as it is told, and runs that fork are runs."""

import json
import subprocess
import sys
from collections import Counter

from contracts.promise import CLASSES
from contracts.promises import PROMISES
from tests.contracts.defects import DEFECTS, Defect, Manner
from tests.contracts.forked import contracts as forked_contracts
from tests.contracts.kill_rate.__main__ import sample
from tests.contracts.kill_rate.ours import promises_of
from tests.contracts.kill_rate.results import Result, Told, one_for_each_server, read, rows, write
from tests.contracts.kill_rate.stock import SOUND, Stock, findings, schemathesis
from tests.contracts.running import ROOT, contracts, verdicts

SERVERS = one_for_each_server()


def test_at_least_sixty_servers_are_listed_in_every_class_that_has_promises_and_in_every_manner():
    assert len(SERVERS) >= 60
    assert {defect.kind for defect in SERVERS} == {promise.kind for promise in PROMISES.values()} <= CLASSES.keys()
    assert {defect.manner for defect in SERVERS} == set(Manner)


def test_a_server_is_listed_once_with_its_first_promise():
    named = (("SC606", "a:one"), ("SC701", "a:one"), ("SC201", "a:two"))
    first, again, other = (Defect(promise, server, Manner.EXTRA_PART) for promise, server in named)
    assert one_for_each_server((first, again, other)) == (first, other)


def test_what_only_the_process_itself_shows_is_not_listed():
    left_out = {defect.server for defect in DEFECTS} - {defect.server for defect in SERVERS}
    assert left_out == {"access:logs_what_it_is_sent"}
    assert "SC610" not in promises_of("secret").split(",")


def test_a_sample_has_servers_of_each_class_in_turn_and_is_the_same_for_a_seed():
    classes = {defect.kind for defect in SERVERS}
    drawn = sample(SERVERS, 2 * len(classes), seed=5)
    assert Counter(defect.kind for defect in drawn) == dict.fromkeys(classes, 2)
    assert drawn == sample(SERVERS, 2 * len(classes), seed=5) != sample(SERVERS, 2 * len(classes), seed=6)


def test_the_table_counts_who_told_what():
    found = [
        Result("one", "state", Told(("SC201",), 1.0), Told((), 60.0)),
        Result("two", "state", Told(("SC701",), 1.0), Told(("not_a_server_error with GET /v2/agents",), 60.0)),
        Result("three", "secret", Told((), 1.0)),
    ]
    assert rows(found) == [("state", "2/2", "1/2", "1/2"), ("secret", "0/1", "0/1", ""), ("all", "2/3", "1/3", "1/2")]


def test_what_schemathesis_told_is_kept_where_it_is_not_run_again(tmp_path):
    file, (first, second, *_) = tmp_path / "results.json", SERVERS
    stock, told = Told(("not_a_server_error with GET /v2/agents",), 60.0), Told((first.promise,), 2.0)
    write([Result(first.server, first.kind, told, stock)], file)
    write([Result(second.server, second.kind, told), Result(first.server, first.kind, told)], file)
    assert read(file) == {
        first.server: Result(first.server, first.kind, told, stock),
        second.server: Result(second.server, second.kind, told),
    }


def test_the_campaign_says_who_tells_a_broken_server():
    command = (sys.executable, "-m", "tests.contracts.kill_rate", "--only", "sessions:overwrites", "--without-stock")
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    row = next(line for line in run.stdout.splitlines() if line.startswith("│ all"))
    assert [cell.strip() for cell in row.strip("│").split("│")] == ["all", "1/1", "1/1", ""], run.stdout + run.stderr
    assert run.returncode == 0


def test_schemathesis_is_counted_for_what_it_finds_again_and_not_on_the_sound_mock(tmp_path):
    defect, asked = SERVERS[0], []
    noise, rare, once, real = (_entry(f"GET /v2/{name}") for name in ("noise", "rare/{key}", "once", "real"))
    shown = {
        (SOUND, True): [noise],
        (defect.app, True): [noise, rare, once, real],
        (defect.app, False): [rare, real],
        (SOUND, False): [rare],
    }

    def run(app, seconds, seed, baseline, paths):
        asked.append((app, seconds, paths))
        known = json.loads(baseline.read_text())["entries"] if baseline.exists() else []
        baseline.write_text(json.dumps({"entries": known + shown[app, paths == "^/"]}))

    stock = Stock(tmp_path, 7, run)
    stock.learn((1, 2))
    assert stock.told(defect, at_least=8.2) == Told(("not_a_server_error with GET /v2/real",), 9)
    concerned = "^(/v2/once|/v2/rare|/v2/real)(/|$)"
    assert asked[:3] == [(SOUND, 7, "^/"), (SOUND, 7, "^/"), (defect.app, 9, "^/")]
    assert asked[3:] == [(defect.app, 9, concerned), (SOUND, 9, concerned)]


def _entry(operation):
    return {"check": "not_a_server_error", "operation": operation, "failure": "ServerError", "signature": "500"}


def test_schemathesis_runs_as_it_comes(tmp_path):
    schemathesis(SOUND, 1, 1, tmp_path / "baseline.json", "^/v2/tools$")
    assert {finding.operation for finding in findings(tmp_path / "baseline.json")} <= {"GET /v2/tools", "POST /v2/tools"}


def test_a_run_that_forks_says_what_a_process_of_its_own_says():
    arguments = ("run", "--app", "tests.contracts.sabotage.sessions:overwrites_a_taken_key", "--promises", "SC203,SC204")
    forked, started = forked_contracts(*arguments), contracts(*arguments)
    assert verdicts(forked) == verdicts(started) == {"SC203": "BROKEN", "SC204": "kept"}
    assert forked.returncode == started.returncode == 1
