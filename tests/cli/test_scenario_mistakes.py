"""Scenario files: what is wrong with them, by line and column."""

import pytest

from mockserver.scenario_files import ScenarioFileError, Source, load_book

HEAD = "scenarios:\n  a:\n    about: x\n    turn:\n"
"""Four lines; what follows stands at column 7."""

RULES = "rules:\n"


def mistakes(tmp_path, text, part=None):
    """Read a file of this text; return its mistakes without its name."""
    file = tmp_path / "my.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioFileError) as wrong:
        load_book([Source(file, part)])
    assert str(wrong.value) == "\n".join(wrong.value.mistakes)
    assert all(line.startswith(f"{file}:") for line in wrong.value.mistakes)
    return [line.removeprefix(f"{file}:") for line in wrong.value.mistakes]


KINDS = (
    "think, say, answer, call, parallel, client, structured, skill, image, artifact, sub_agent, transition, transitions_exceed, "
    "compact, exceed_context, interrupt, fail, wait, repeat"
)
ENDS = "say, answer, structured, transitions_exceed, compact, exceed_context, interrupt, fail"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "1:1: the file is empty", id="empty"),
        pytest.param("- 1", "1:1: the file: must be a mapping, not a list", id="no mapping"),
        pytest.param(
            "a: [1\nb: 2", "2:2: this is not YAML: did not find expected ',' or ']', while parsing a flow sequence", id="YAML"
        ),
        pytest.param(
            "rules:\n\t- a",
            "2:1: this is not YAML: found character that cannot start any token, while scanning for the next token",
            id="tab",
        ),
        pytest.param("a: é\x07", "1:5: the character '\\x07' may not stand in YAML", id="control character"),
        pytest.param("a: *b", "1:4: this is not YAML: found undefined alias", id="alias"),
        pytest.param(
            "rules: []\n---\nrules: []",
            "2:1: this is not YAML: but found another document, expected a single document in the stream",
            id="two documents",
        ),
        pytest.param(
            "rules: []\nrules: []",
            "2:1: the name 'rules' stands here for the second time; the first is in line 1",
            id="name twice",
        ),
        pytest.param("1: x", "1:1: the name '1' must be a text: put it in quotes", id="name of no text"),
        pytest.param("<<: {rules: []}", "1:1: merge keys (<<) are not supported: write the entries out", id="merge"),
        pytest.param(
            "rules: !!python/name:os.system x", "1:8: the tag tag:yaml.org,2002:python/name:os.system is not supported", id="tag"
        ),
        pytest.param("scenario: {}", "1:1: 'scenario' may not stand here; did you mean 'scenarios'?", id="part"),
        pytest.param(
            "scenarios:\n  My own: {about: x, physics: slow}",
            "2:3: a scenario's name has 1 to 50 characters: a-z, 0-9, _ and -, a letter or digit first",
            id="name",
        ),
        pytest.param("scenarios:\n  a: {physics: slow}", "2:3: 'a' needs 'about'", id="no about"),
        pytest.param("scenarios:\n  a: {about: x}", "2:6: 'a': a scenario needs a turn, physics or chaos", id="nothing"),
        pytest.param("scenarios:\n  a: {about: '', physics: slow}", "2:14: 'about': must not be empty", id="empty about"),
        pytest.param(
            "scenarios:\n  a: {about: 2026-01-01, physics: slow}", "2:14: YAML reads this as a date: put it in quotes", id="date"
        ),
        pytest.param(
            "scenarios:\n  a: {about: x, physics: {jitter: .nan}}", "2:35: '.nan' is no number that JSON has", id="no number"
        ),
        pytest.param(
            "scenarios:\n  a: {about: x, physics: {jitter: 2}}", "2:35: 'jitter': must be at most 1, not 2", id="jitter"
        ),
        pytest.param(
            "scenarios:\n  a: {about: x, physics: {jiter: 1}}",
            "2:27: 'jiter' may not stand here; did you mean 'jitter'?",
            id="physics",
        ),
        pytest.param(
            "scenarios:\n  a: {about: x, physics: fast}",
            "2:26: 'physics': there is no pace 'fast'; there are instant, realistic, slow, "
            "and first_token_ms=…, tokens_per_second=…, jitter=…, chunk_tokens=…",
            id="pace",
        ),
        pytest.param(
            "scenarios:\n  a: {about: x, chaos: {cut: fram}}",
            "2:30: 'cut': must be one of frame, character, not 'fram'; did you mean 'frame'?",
            id="fault",
        ),
        pytest.param("scenarios:\n  a: {about: x, chaos: {}}", "2:24: 'chaos': no fault is named", id="no fault"),
        pytest.param("scenarios:\n  a: {about: x, turn: []}", "2:23: 'turn': must not be empty", id="empty turn"),
        pytest.param(HEAD + "    - sy: x", "5:7: 'sy' may not stand here; did you mean 'say'?", id="act"),
        pytest.param(HEAD + "    - zzz: x", f"5:7: 'zzz' may not stand here; here may stand {KINDS}", id="no act"),
        pytest.param(HEAD + "    - say", "5:7: an entry of 'turn': must be a mapping, not a text", id="text for an act"),
        pytest.param(HEAD + "    - say: 3", "5:12: 'say': must be a text, not a whole number", id="number for a text"),
        pytest.param(HEAD + "    - say: on", "5:12: 'say': must be a text, not true or false", id="boolean for a text"),
        pytest.param(HEAD + "    - say:", "5:11: 'say': must be a text, not nothing", id="nothing for a text"),
        pytest.param(
            HEAD + "    - say: x\n      wait: 1",
            "5:7: an entry of 'turn': an act is a mapping with exactly one name; begin every act with a dash",
            id="two acts",
        ),
        pytest.param(HEAD + "    - answer: {to: x}", "5:15: 'answer': takes nothing: write {}", id="answer"),
        pytest.param(HEAD + "    - call: {output: {}}\n    - say: x", "5:7: 'call' needs 'tool'", id="no tool"),
        pytest.param(
            HEAD + "    - call: {tool: t}\n    - say: x",
            "5:13: 'call': one of output and error is needed, and not both",
            id="no output",
        ),
        pytest.param(
            HEAD + "    - call: {tool: t, output: {}, error: x}\n    - say: x",
            "5:13: 'call': one of output and error is needed, and not both",
            id="output and error",
        ),
        pytest.param(
            HEAD + "    - parallel: [{tool: t}]\n    - say: x",
            "5:18: an entry of 'parallel': one of output and error is needed, and not both",
            id="parallel",
        ),
        pytest.param(HEAD + "    - client: [{tol: t}]\n    - say: x", "5:16: an entry of 'client' needs 'tool'", id="client"),
        pytest.param(HEAD + "    - skill: {}\n    - say: x", "5:7: 'skill' needs 'name'", id="skill"),
        pytest.param(
            HEAD + "    - artifact: {filename: a, base64: '?'}\n    - say: x", "5:39: 'base64': is not base64", id="base64"
        ),
        pytest.param(HEAD + "    - wait: soon\n    - say: x", "5:13: 'wait': must be a number, not a text", id="wait"),
        pytest.param(HEAD + "    - transitions_exceed: 0", "5:27: 'transitions_exceed': must be at least 1, not 0", id="bound"),
        pytest.param(
            HEAD + "    - repeat: {times: 100001, acts: [{say: x}]}",
            "5:23: 'times': must be at most 100000, not 100001",
            id="times",
        ),
        pytest.param(HEAD + "    - repeat: {times: 2, acts: []}", "5:32: 'acts': must not be empty", id="no acts"),
        pytest.param(
            HEAD + "    - repeat:\n        times: 2\n        acts:\n        - sya: x",
            "8:11: 'sya' may not stand here; did you mean 'say'?",
            id="repeated act",
        ),
        pytest.param(
            HEAD + "    - say: |\n        one\n        two #if\n",
            "5:12: the template cannot be read, in its line 3, column 1: expected (, got the end of the template",
            id="template",
        ),
        pytest.param(
            HEAD + "    - call:\n        tool: t\n        input: {a: [x, '#if']}\n        output: {}\n    - say: x",
            "7:24: the template cannot be read, in its line 1, column 4: expected (, got the end of the template",
            id="template in an argument",
        ),
        pytest.param(
            HEAD + "    - think: x", f"5:7: a turn cannot end with 'think'; its last act is one of {ENDS}", id="open end"
        ),
        pytest.param(
            HEAD + "    - say: x\n    - client: [{tool: t}]",
            f"6:7: a turn cannot end with 'client'; its last act is one of {ENDS}",
            id="client at the end",
        ),
        pytest.param(
            HEAD + "    - repeat: {times: 2, acts: [{say: x}, {wait: 1}]}",
            f"5:43: a turn cannot end with 'wait'; its last act is one of {ENDS}",
            id="open end of a repeat",
        ),
        pytest.param(
            HEAD + "    - interrupt: {}\n    - say: x",
            "6:7: this is never performed: 'interrupt' ends the turn",
            id="unreachable",
        ),
        pytest.param(
            HEAD + "    - repeat: {times: 2, acts: [{fail: x}]}\n    - say: x",
            "6:7: this is never performed: 'fail' ends the turn",
            id="behind a repeat",
        ),
        pytest.param(
            HEAD + "    - repeat: {times: 2, acts: [{fail: x}, {say: y}]}",
            "5:44: this is never performed: 'fail' ends the turn",
            id="unreachable in a repeat",
        ),
        pytest.param(RULES + "  - message: x", "2:5: an entry of 'rules' needs 'scenario'", id="rule"),
        pytest.param(
            RULES + "  - scenario: tool_eror",
            "2:15: there is no scenario 'tool_eror'; did you mean 'tool_error'?",
            id="rule's scenario",
        ),
        pytest.param(
            RULES + "  - {message: '(?=x)', scenario: tool_error}",
            "2:15: 'message': is not a regular expression in RE2 syntax: invalid perl operator: (?=",
            id="pattern",
        ),
        pytest.param(
            RULES + "  - {metadata: 'a = ', scenario: tool_error}",
            "2:16: 'metadata': is not a metadata filter: character 5: expected a field, a text in single quotes, a number, "
            "true, false or null, the filter ends",
            id="filter",
        ),
        pytest.param("tools:\n  t: {}", "2:6: 't': one of output and error is needed, and not both", id="result"),
        pytest.param("tools: {t: {output: [1]}}", "1:21: 'output': must be a mapping, not a list", id="output"),
        pytest.param(f"tools: {'[' * 150}{']' * 150}", "1:8: 'tools': must be a mapping, not a list", id="deep"),
    ],
)
def test_a_mistake_is_told_by_line_and_column(tmp_path, text, expected):
    assert mistakes(tmp_path, text)[0] == expected


def test_every_mistake_is_told_in_one_go(tmp_path):
    text = """\
scenarios:
  a:
    about: x
    turn:
      - sy: x
      - say: "#if"
      - call: {tool: t, output: {}, actvity: []}
      - wait: x
  b: {physics: slow}
rules:
  - {message: "(", scenario: c}
"""
    assert mistakes(tmp_path, text) == [
        "5:9: 'sy' may not stand here; did you mean 'say'?",
        "6:14: the template cannot be read, in its line 1, column 4: expected (, got the end of the template",
        "7:37: 'actvity' may not stand here; did you mean 'activity'?",
        "8:15: 'wait': must be a number, not a text",
        "9:3: 'b' needs 'about'",
        "11:15: 'message': is not a regular expression in RE2 syntax: missing ): (",
        "11:30: there is no scenario 'c'",
    ]


@pytest.mark.parametrize("text", ["tools: &a {t: *a}", "tools: &a [*a, *a]"])
def test_a_file_that_holds_itself_is_refused(tmp_path, text):
    assert mistakes(tmp_path, text)[0] == "1:8: the file is nested too deeply here"


def test_a_part_of_a_world_file_is_told_by_its_place_in_the_file(tmp_path):
    world = "agents: []\nscenarios:\n  scenarios:\n    a:\n      abuot: x\n      physics: slow\n"
    told = mistakes(tmp_path, world, "scenarios")
    assert told == ["4:5: 'a' needs 'about'", "5:7: 'abuot' may not stand here; did you mean 'about'?"]


def test_the_mistakes_of_all_files_are_told(tmp_path):
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text("rule: []")
    sources = [Source(tmp_path / name) for name in ("one.yaml", "two.yaml", "three.yaml")]
    with pytest.raises(ScenarioFileError) as wrong:
        load_book(sources)
    assert wrong.value.mistakes == [
        f"{tmp_path}/one.yaml:1:1: 'rule' may not stand here; did you mean 'rules'?",
        f"{tmp_path}/two.yaml:1:1: 'rule' may not stand here; did you mean 'rules'?",
        f"{tmp_path}/three.yaml:1:1: the file cannot be read: [Errno 2] No such file or directory: '{tmp_path}/three.yaml'",
    ]


def test_a_file_that_is_no_text_is_told(tmp_path):
    (tmp_path / "my.yaml").write_bytes(b"\xff")
    with pytest.raises(ScenarioFileError, match=r"my\.yaml:1:1: the file cannot be read: 'utf-8' codec can't decode"):
        load_book([Source(tmp_path / "my.yaml")])
