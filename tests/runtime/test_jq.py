import os
import threading
import time

import pytest

from mockserver.domain.ports import TransformError
from mockserver.runtime import JqTransform
from tests.arrange import NOON


@pytest.fixture(scope="module")
def jq():
    return JqTransform()


@pytest.mark.parametrize(
    ("program", "document", "result"),
    [
        (".a", {"a": 1}, 1),
        ("{x: .a, y: (.b | length)}", {"a": None, "b": [1, 2]}, {"x": None, "y": 2}),
        (".[]", ["first", "second"], "first"),
        ("repeat(.)", 3, 3),
        ("now | todate", None, "2026-01-15T12:00:00Z"),
        ("100000000000000000000", None, 1e20),
        ("[nan, infinite]", None, [None, 1.7976931348623157e308]),
        ('"é" + .', "日本\0", "é日本\0"),
        (". # a comment", 1, 1),
    ],
)
def test_the_first_value_of_a_program_is_returned(jq, program, document, result):
    assert jq(program, document, NOON) == result


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        ("empty", "it gives no value"),
        ('"x" | halt_error', "it gives no value"),
        ("", "syntax error"),
        (".a |\n foo", "foo/0 is not defined at <top-level>, line 2, column 2"),
        (".a | (1", "syntax error"),
        ('error("my own words")', "my own words"),
        (".a.b", "Cannot index number"),
        ("reduce range(101) as $i (0; [.])", "nested deeper than 100 levels"),
        ('"x" * 1000001', "over 1000000 characters"),
    ],
)
def test_a_program_that_gives_nothing_says_why(jq, program, problem):
    with pytest.raises(TransformError) as raised:
        jq(program, {"a": 5}, NOON)

    assert problem in str(raised.value)


@pytest.mark.parametrize("program", ["env", "$ENV", "[env, $ENV] | add", "def f: env; f", '"\\(env)" | fromjson'])
def test_no_program_sees_the_environment(jq, program):
    assert os.environ  # noqa: TID251
    assert jq(program, None, NOON) == {}


@pytest.mark.parametrize(
    "program",
    [
        'import "data" as $d {{search: "{folder}"}}; $d',
        'import "code" as c {{search: "{folder}"}}; c::f',
        'include "code" {{search: "{folder}"}}; f',
        '"{folder}/code" | modulemeta',
        "input",
        "first(inputs)",
    ],
)
def test_no_program_reads_a_file(jq, tmp_path, program):
    (tmp_path / "data.json").write_text('"planted"', "utf-8")
    (tmp_path / "code.jq").write_text('module {}; def f: "planted";', "utf-8")

    with pytest.raises(TransformError) as raised:
        jq(program.format(folder=tmp_path), None, NOON)

    assert "planted" not in str(raised.value)


@pytest.mark.parametrize(
    "program",
    [
        pytest.param("def f: f; f", id="recursion"),
        pytest.param("last(repeat(.))", id="loop"),
        pytest.param("[repeat(.)]", id="memory"),
        pytest.param("reduce range(1000000) as $i (0; [.])", id="depth"),
        pytest.param('"x" * 2000000000', id="a huge text"),
    ],
)
def test_a_program_without_end_is_ended_and_the_next_one_runs(program):
    jq = JqTransform(0.5)
    ticks = []
    done = threading.Event()
    ticking = threading.Thread(target=lambda: [ticks.append(1) for _ in iter(lambda: done.wait(0.005), True)])
    ticking.start()
    started = time.monotonic()

    with pytest.raises(TransformError, match=r"did not end within 0\.5 seconds, or needed too much memory"):
        jq(program, None, NOON)

    took = time.monotonic() - started
    done.set()
    ticking.join()
    assert took < 20
    assert ticks, "other threads must run meanwhile"
    assert jq(".", 1, NOON) == 1


def test_a_document_that_is_nested_too_deeply_is_a_failure(jq):
    document = 0
    for _ in range(100_000):
        document = [document]

    with pytest.raises(TransformError, match="nested too deeply"):
        jq(".", document, NOON)


def test_threads_get_their_own_answers(jq):
    answers = {}

    def ask(number):
        answers[number] = [jq(". * 2", number, NOON) for _ in range(20)]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == {number: [number * 2] * 20 for number in range(4)}
