"""What a person sees of a run: how far it is, the verdict, and for each broken promise what was expected and seen, and where."""

import io
import os
import pty
import re
import subprocess
import sys

import pytest
from rich.console import Console

from contracts.promises import PROMISES
from contracts.report.terminal import show, summary
from contracts.telling import differences
from contracts.verdicts import Failure, Finding, Known, Result, Verdict
from tests.contracts.running import ALONE, ROOT, contracts, verdicts

BROKEN = "tests.contracts.sabotage.sessions:forgets_a_patch"
PATCH = "test_a_patch_changes_what_it_names_and_nothing_else"
FITS = "test_every_answer_fits_the_document"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def _result(**fields):
    failures = tuple(Failure(FITS, f"GET /v2/{name}", f"first line of {name}\nsecond line") for name in "abcd")
    findings = (
        Finding(PROMISES["SC101"], Verdict.BROKEN, failures=failures),
        Finding(PROMISES["SC201"], Verdict.KEPT),
        Finding(PROMISES["SC204"], Verdict.KNOWN, failures=(Failure(PATCH, "", "known message", is_known=True),)),
        Finding(PROMISES["SC711"], Verdict.NOT_TESTABLE, ("tokens live long [red]",)),
    )
    return Result("target", "", findings, requests=3012, turns=214, seconds=48.4, **fields)


def _shown(result, **options):
    console = Console(file=io.StringIO(), highlight=False, **options)
    show(console, result)
    return console.file.getvalue()


def on_a_terminal(*arguments, **variables):
    """Run the contracts on a terminal and return what came there, with exit code."""
    environment = {name: value for name, value in os.environ.items() if name not in {"CI", "NO_COLOR"}}  # noqa: TID251
    environment |= {"TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"} | variables
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "contracts", "run", *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        seen = b"".join(iter(lambda: _read(ours), b""))
        os.close(ours)
    return seen.decode(), process.returncode


def _read(descriptor):
    try:
        return os.read(descriptor, 65536)
    except OSError:  # how a terminal on Linux says that nobody writes any more
        return b""


def test_a_run_tells_what_was_expected_and_what_was_seen_and_no_more():
    run = contracts("run", "--app", BROKEN, "--promises", "SC201,SC204")
    assert verdicts(run) == {"SC201": "kept", "SC204": "BROKEN"}
    lines = run.stdout.splitlines()
    start = lines.index("BROKEN  SC204  PATCH changes what it names and nothing else; metadata is replaced whole.")
    assert lines[start + 1 : start + 6] == [
        "  state, high; sessions-contracts explain SC204",
        f"  test_life.py {PATCH}",
        "    not as expected:",
        "      metadata: expected {'tier': 2}",
        "                seen     {'user_role': 'premium', 'nested': {'tags': ['a', 'ü', ''], 'level': 3, 'on': True,"
        " 'none': None}, 'π': 3.5}",
    ]
    assert re.fullmatch(r"1 kept, 1 BROKEN \(\d+ requests, 0 turns, 0:\d\d:\d\d\)", lines[-1])
    assert not any(word in run.stdout + run.stderr for word in ("Traceback", "test session starts", "\x1b", "\r", "assert "))


@ALONE
def test_a_terminal_shows_how_far_the_run_is_and_what_is_being_proved(workers):
    seen, code = on_a_terminal("--app", BROKEN, "--promises", "SC201,SC204", *workers)
    text = COLOUR.sub("", seen)
    assert code == 1
    assert "SC201  A session that was created is read back with exactly what was sent." in text
    assert re.search(r"━ +[012]/2 +\d+ requests/s, 0 turns +0:00:\d\d +left +\S+", text)
    assert "BROKEN  SC204" in text.split("SC201  kept")[0]
    assert "\x1b[1;32mkept" in seen
    assert seen.endswith("\x1b[0m\r\n")


@pytest.mark.parametrize(
    ("arguments", "variables"), [((), {"CI": "woodpecker"}), (("--no-progress",), {})], ids=["ci", "no-progress"]
)
def test_there_is_no_bar_where_nobody_watches(arguments, variables):
    seen, _ = on_a_terminal("--app", BROKEN, "--promises", "SC201,SC204", *arguments, **variables)
    assert "━" not in seen
    assert "SC201  kept" in COLOUR.sub("", seen)


def test_colours_are_left_out_on_demand():
    seen, _ = on_a_terminal("--app", BROKEN, "--promises", "SC201,SC204", NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", seen)
    assert "SC201  kept" in COLOUR.sub("", seen)


def test_a_suite_that_fails_itself_is_told(tmp_path):
    (tmp_path / "unusable.py").write_text(
        "def create():\n    def app(environ, start):\n        raise RuntimeError('gone')\n    return app\n"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}  # noqa: TID251 - to pass it on
    command = [sys.executable, "-m", "contracts", "run", "--app", "unusable:create", "--promises", "SC201"]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode not in {0, 1}
    assert "RuntimeError: gone" in run.stderr


def test_without_a_terminal_a_line_is_a_promise():
    lines = _shown(_result(stale=(Known("SC206", "test_pages"),)), width=60).splitlines()
    assert lines[:5] == [
        "SC101  BROKEN             Every answer fits the document in status, headers, media type and schema.",
        "SC201  kept               A session that was created is read back with exactly what was sent.",
        "SC204  known              PATCH changes what it names and nothing else; metadata is replaced whole.",
        "SC711  not testable here  A token is refused after its time. (tokens live long [red])",
        "stale: SC206 test_pages fails no more; --baseline-prune takes it out of the baseline",
    ]
    assert lines[5:12] == [
        "",
        "BROKEN  SC101  Every answer fits the document in status, headers, media type and schema.",
        "  schema, medium; sessions-contracts explain SC101",
        f"  test_document.py {FITS} [GET /v2/a]",
        "    first line of a",
        "    second line",
        f"  test_document.py {FITS} [GET /v2/b]",
    ]
    assert lines[-1] == "  and 1 more of its checks, which the reports have (--report html)"
    assert "known message" not in "\n".join(lines)


def test_a_terminal_wraps_sentences_within_their_column():
    text = COLOUR.sub("", _shown(_result(), force_terminal=True, width=60, color_system="standard"))
    assert all(len(line) <= 60 for line in text.splitlines())
    assert "SC201  kept" in text
    assert "\n" + " " * 26 + "tokens live long [red]" in text


def test_the_summary_counts_verdicts_and_costs():
    assert summary(_result()) == "1 kept, 1 BROKEN, 1 known, 1 not testable here (3,012 requests, 214 turns, 0:00:48)"


@pytest.mark.parametrize(
    ("seen", "expected", "told"),
    [
        (["frame 3, x, follows y"], [], ["frame 3, x, follows y"]),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}, ["b: expected 3", "   seen     2", "c: expected 4", "   seen     nothing"]),
        ([1, 2, 3], [1, 3], ["length: expected 2, seen 3", "[1]: expected 3", "     seen     2"]),
        ([1], [1, 2], ["length: expected 2, seen 1", "[1]: expected 2", "     seen     nothing"]),
        ({1, 2}, {2, 3}, ["missing: 3", "not expected: 1"]),
        ("a", "b", ["expected 'b'", "seen     'a'"]),
        (list("abcdefghijk"), [], [*"abcdefgh", "and 3 more"]),
        ({1: 2}, {"a": 2}, ["1: expected nothing", "   seen     2", "a: expected 2", "   seen     nothing"]),
    ],
)
def test_a_difference_is_told_where_it_is(seen, expected, told):
    assert differences(seen, expected) == told


def test_a_long_value_is_cut():
    (expected, _) = differences("a", "b" * 5000)
    assert len(expected) < 700
    assert expected.endswith("…")
