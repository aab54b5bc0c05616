"""The baseline: what is known to fail is tolerated, and nothing else is: no new failure, none that is gone."""

import json

import pytest

from contracts.baseline import BaselineError, Change, held, read, written
from contracts.promises import PROMISES
from contracts.verdicts import Failure, Finding, Known, Result, Verdict
from tests.contracts.forked import contracts
from tests.contracts.running import ALONE, verdicts

PATCH = "test_a_patch_changes_what_it_names_and_nothing_else"
FITS = "test_every_answer_fits_the_document"
SOUND, BROKEN = "mockserver.app:create_app", "tests.contracts.sabotage.sessions:forgets_a_patch"


def _result(*failures, passed=(), code="SC101"):
    broken = tuple(Failure(FITS, example, f"message of {example}") for example in failures)
    verdict = Verdict.BROKEN if failures else Verdict.KEPT
    return Result("target", "", (Finding(PROMISES[code], verdict, (), broken, passed=frozenset((FITS, one) for one in passed)),))


def _file(tmp_path, *known):
    file = tmp_path / "baseline.yaml"
    file.write_text(written(known), "utf-8")
    return file


def _known(*examples):
    return [Known("SC101", FITS, example) for example in examples]


def test_a_known_failure_is_tolerated_whatever_its_message(tmp_path):
    result = held(_result("GET /v2/agents"), _file(tmp_path, *_known("GET /v2/agents")))
    assert [finding.verdict for finding in result.findings] == [Verdict.KNOWN]
    assert result.is_tolerable


def test_a_new_failure_beside_a_known_one_is_not(tmp_path):
    result = held(_result("GET /v2/agents", "GET /v2/corpora"), _file(tmp_path, *_known("GET /v2/agents")))
    assert [finding.verdict for finding in result.findings] == [Verdict.BROKEN]
    assert [failure.is_known for failure in result.findings[0].failures] == [True, False]
    assert not result.is_tolerable


def test_what_is_known_and_passes_is_stale(tmp_path):
    result = held(_result(passed=["GET /v2/agents"]), _file(tmp_path, *_known("GET /v2/agents")))
    assert result.stale == tuple(_known("GET /v2/agents"))
    assert not result.is_tolerable


def test_what_is_known_and_was_not_asked_is_not_stale(tmp_path):
    file = _file(tmp_path, *_known("GET /v2/agents"), Known("SC204", PATCH))
    assert held(_result(passed=["GET /v2/corpora"]), file).stale == ()


def test_a_check_that_there_is_no_more_is_stale(tmp_path):
    gone = (Known("SC101", "test_of_old"), Known("SC204", FITS), Known("SC999", "test_of_old"))
    assert held(_result("GET /v2/agents"), _file(tmp_path, *gone)).stale == gone


def test_an_update_writes_what_fails_now_and_keeps_notes_and_what_was_not_asked(tmp_path):
    known = (Known("SC101", FITS, "GET /v2/agents", "ticket 12"), *_known("GET /v2/corpora"), Known("SC204", PATCH, "", "later"))
    file = _file(tmp_path, *known)
    result = held(_result("GET /v2/tools", "GET /v2/agents", passed=["GET /v2/corpora"]), file, Change.UPDATE)
    assert result.is_tolerable
    assert read(file) == (*_known("GET /v2/agents", "GET /v2/tools"), Known("SC204", PATCH))
    assert [one.note for one in read(file)] == ["ticket 12", "", "later"]


def test_an_update_may_begin_a_file(tmp_path):
    file = tmp_path / "new.yaml"
    assert held(_result("GET /v2/agents"), file, Change.UPDATE).is_tolerable
    assert read(file) == tuple(_known("GET /v2/agents"))


def test_pruning_takes_out_what_is_stale_and_adds_nothing(tmp_path):
    file = _file(tmp_path, *_known("GET /v2/agents", "GET /v2/corpora"))
    result = held(_result("GET /v2/tools", "GET /v2/agents", passed=["GET /v2/corpora"]), file, Change.PRUNE)
    assert read(file) == tuple(_known("GET /v2/agents"))
    assert result.stale == ()
    assert not result.is_tolerable


def test_the_file_is_sorted_and_has_an_entry_a_failure():
    known = [Known("SC204", PATCH, note="ticket 12"), Known("SC101", FITS, "GET /v2/agents")]
    text = written(known)
    assert text == written(reversed(known))
    assert text.splitlines()[2:] == [
        "- promise: SC101", f"  test: {FITS}", "  example: GET /v2/agents",
        "- promise: SC204", f"  test: {PATCH}", "  note: ticket 12",
    ]  # fmt: skip


def test_an_empty_baseline_knows_nothing(tmp_path):
    file = _file(tmp_path)
    assert read(file) == ()
    assert held(_result(passed=["GET /v2/agents"]), file).is_tolerable


@pytest.mark.parametrize("text", ["- promise: [", "- SC101", "SC101: yes", "- {promise: SC101, tests: x}", "- {promise: SC101}"])
def test_what_is_no_baseline_is_refused(tmp_path, text):
    file = tmp_path / "bad.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(BaselineError, match=r"--baseline .*bad\.yaml"):
        read(file)


@ALONE
def test_a_run_tolerates_what_is_known_and_fails_when_it_is_gone(tmp_path, workers):
    file, promises = tmp_path / "baseline.yaml", ("--promises", "SC201,SC204", *workers)
    report = ("--report", "json,github", "--report-dir", str(tmp_path), "--baseline", str(file))
    first = contracts("run", "--app", BROKEN, *promises, "--baseline", str(file), "--baseline-update")
    assert (first.returncode, verdicts(first)) == (0, {"SC201": "kept", "SC204": "known"}), first.stdout
    again = contracts("run", "--app", BROKEN, *promises, *report)
    assert (again.returncode, verdicts(again)["SC204"]) == (0, "known")
    assert "1 kept, 1 known" in again.stdout
    assert "::error" not in again.stdout
    assert "| known: " in (tmp_path / "summary.md").read_text("utf-8")
    (failure,) = json.loads((tmp_path / "report.json").read_text("utf-8"))["promises"][1]["failures"]
    assert failure["known"]
    mended = contracts("run", "--app", SOUND, *promises, *report)
    assert (mended.returncode, verdicts(mended)["SC204"]) == (1, "kept")
    assert f"stale: SC204 {PATCH} fails no more" in mended.stdout
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["stale"][0]["test"] == PATCH
    if workers:
        return  # the rest is about the file alone
    pruned = contracts("run", "--app", SOUND, *promises, "--baseline", str(file), "--baseline-prune")
    assert (pruned.returncode, read(file)) == (0, ())
    assert contracts("run", "--app", BROKEN, *promises, *report).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("--baseline-update",), "go with --baseline FILE"),
        (("--baseline", "no-such.yaml"), "no-such.yaml cannot be read"),
        (("--baseline", "no-such.yaml", "--baseline-prune"), "no-such.yaml cannot be read"),
        (("--baseline", "no-such.yaml", "--baseline-prune", "--baseline-update"), "one of them"),
    ],
)
def test_wrong_use_of_a_baseline_is_told_before_anything_is_asked(arguments, advice):
    run = contracts("run", "--app", SOUND, *arguments)
    assert run.returncode == 2
    assert advice in run.stderr
