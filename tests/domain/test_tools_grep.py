import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.arrange import examples
from tests.domain.tool_calls import Bench, an_artifact

TEXT = "Error: one\nfine\nerror two\nfine\nfine\nERROR three\n"


def grep(pattern, *options, text=TEXT):
    arguments = {"artifact_id": "art_a_b_c", "pattern": pattern, **({"grep_options": list(options)} if options else {})}
    return Bench([an_artifact(data=text)]).output("artifact_grep", arguments=arguments)


def problem(**arguments):
    return Bench([an_artifact(data=TEXT)]).problem("artifact_grep", arguments={"artifact_id": "art_a_b_c", **arguments})


def numbers(output):
    return [line["line_number"] for line in output["matches"]]


def test_the_lines_that_match_come_with_their_numbers():
    assert grep("error") == {
        "artifact_id": "art_a_b_c",
        "filename": "notes.txt",
        "match_count": 1,
        "matches": [{"line_number": 3, "line": "error two"}],
    }


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["-i"], [1, 3, 6]),
        (["-n"], [3]),
        (["-E"], [3]),
        (["-v"], [1, 2, 4, 5, 6]),
        (["-iv"], [2, 4, 5]),
        (["-i", "-n", "-v"], [2, 4, 5]),
        (["-A 1"], [3, 4]),
        (["-A1"], [3, 4]),
        (["-A", "1"], [3, 4]),
        (["-B", "1"], [2, 3]),
        (["-C2"], [1, 2, 3, 4, 5]),
        (["-i", "-A1"], [1, 2, 3, 4, 6]),
        (["-C 999999"], [1, 2, 3, 4, 5, 6]),
    ],
)
def test_options_mean_what_they_mean_to_grep(options, found):
    assert numbers(grep("error", *options)) == found


def test_lines_of_context_are_marked_and_come_once():
    assert grep("one|two", "-A1", "-B1")["matches"] == [
        {"line_number": 1, "line": "Error: one"},
        {"line_number": 2, "line": "fine", "context": True},
        {"line_number": 3, "line": "error two"},
        {"line_number": 4, "line": "fine", "context": True},
    ]


def test_a_count_comes_without_lines():
    assert grep("error", "-ic") == {"artifact_id": "art_a_b_c", "filename": "notes.txt", "match_count": 3}


def test_no_match_is_no_error():
    assert grep("nothing")["matches"] == []


def test_a_thousand_lines_are_given():
    output = grep("x", text="x\n" * 1500)

    assert (output["match_count"], len(output["matches"]), output["truncated"]) == (1500, 1000, True)


@pytest.mark.parametrize("option", ["-r", "--ignore-case", "-A", "-Ax", "i", "", "-", "-A -1", "-C 9999999"])
def test_an_unknown_option_is_an_error_that_names_the_known_ones(option):
    told = problem(pattern="x", grep_options=[option])

    assert told.startswith(f"INVALID_ARGUMENT: grep_options has {option!r}, which is not known; known are -i, -n, -c, -v,")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({}, "pattern is missing"),
        ({"pattern": "(x"}, "pattern is not a regular expression in RE2 syntax: missing )"),
        ({"pattern": "(?=x)"}, "pattern is not a regular expression in RE2 syntax"),
        ({"pattern": "x", "grep_options": "-i"}, "grep_options must be a list of texts"),
        ({"pattern": "x", "grep_options": ["-i"] * 21}, "grep_options may have 20 entries"),
    ],
)
def test_wrong_arguments_of_a_search_are_named(arguments, named):
    assert problem(**arguments).startswith(f"INVALID_ARGUMENT: {named}")


lines = st.lists(st.text("abAB .é", max_size=8), max_size=12)
patterns = st.lists(st.sampled_from(["a", "b", "B", ".", "[ab]", "a*", "é", "(ab)?", " "]), min_size=1, max_size=3).map("".join)
contexts = st.integers(0, 3)


@examples(150)
@given(lines, patterns, st.booleans(), st.booleans(), contexts, contexts)
def test_simple_patterns_find_what_python_finds(lines, pattern, ignores_case, is_inverted, before, after):
    text = "".join(f"{line}\n" for line in lines)
    flags = ["-i"] * ignores_case + ["-v"] * is_inverted

    output = grep(pattern, *flags, f"-B {before}", f"-A{after}", text=text)

    expected = re.compile(pattern, re.IGNORECASE if ignores_case else 0)
    hits = [number for number, line in enumerate(lines, 1) if bool(expected.search(line)) is not is_inverted]
    around = {other for hit in hits for other in range(hit - before, hit + after + 1) if 1 <= other <= len(lines)}
    assert output["match_count"] == len(hits)
    assert numbers(output) == sorted(around)
    assert [line["line"] for line in output["matches"]] == [lines[number - 1] for number in sorted(around)]
    assert [line["line_number"] for line in output["matches"] if "context" not in line] == hits


@pytest.mark.skipif(shutil.which("grep") is None, reason="there is no grep here")
@pytest.mark.parametrize("options", [["-i"], ["-v"], ["-i", "-A1"], ["-B", "2"], ["-C1", "-iv"], ["-A", "1", "-B", "1"]])
@pytest.mark.parametrize("pattern", ["error", "e", "^f", "two$|one$"])
def test_the_real_grep_finds_the_same_lines(tmp_path, pattern, options):
    file = tmp_path / "notes.txt"
    file.write_text(TEXT, "utf-8")
    real = subprocess.run(["grep", "-nE", *options, pattern, str(file)], capture_output=True, text=True, check=False).stdout
    found = [re.match(r"(\d+)([:-])(.*)", line).groups() for line in real.splitlines() if line != "--"]

    matches = grep(pattern, *options)["matches"]

    assert [(str(line["line_number"]), "-" if "context" in line else ":", line["line"]) for line in matches] == found
