import base64
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.arrange import NOON, examples
from tests.domain.tool_calls import PNG, Bench, an_artifact

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80) | st.lists(
    st.sampled_from(["one", "two", "", "é", "\r", "日本", "\u2028"]), max_size=12
).map("\n".join)
PDF = {"filename": "Annual_report.pdf", "mime_type": "application/pdf"}


def read(artifact, *, limits=None, **arguments):
    configuration = {} if limits is None else {"tool_configuration": limits}
    return Bench([artifact]).output("artifact_read", arguments={"artifact_id": artifact.id, **arguments}, **configuration)


def problem(artifact, kind="artifact_read", **arguments):
    return Bench([artifact]).problem(kind, arguments={"artifact_id": artifact.id, **arguments})


def test_a_text_is_read_whole_with_what_is_known_of_its_file():
    assert read(an_artifact()) == {
        "artifact_id": "art_a_b_c",
        "filename": "notes.txt",
        "mime_type": "text/plain",
        "size_bytes": 14,
        "encoding": "raw",
        "content": "one\ntwo\nthree\n",
        "metadata": {"original_filename": "notes.txt"},
    }


@pytest.mark.parametrize(
    ("asked", "content"),
    [
        ({"start_line": 2}, "two\nthree\n"),
        ({"end_line": 2}, "one\ntwo\n"),
        ({"start_line": 2, "end_line": 2}, "two\n"),
        ({"start_line": 3, "end_line": 99}, "three\n"),
    ],
)
def test_lines_are_read_from_the_first_to_the_last_asked_for(asked, content):
    assert read(an_artifact(), **asked)["content"] == content


@examples(60)
@example("")
@example("\n")
@example("a\n\nb")
@given(TEXTS)
def test_lines_read_one_by_one_join_to_the_content(text):
    artifact = an_artifact(data=text)
    bench = Bench([artifact])
    count = text.count("\n") + (not text.endswith("\n"))

    def line(number):
        asked = {"artifact_id": artifact.id, "start_line": number, "end_line": number}
        return bench.output("artifact_read", arguments=asked)["content"]

    assert "".join(map(line, range(1, count + 1))) == text
    assert read(artifact)["content"] == text


@examples(60)
@given(TEXTS, st.integers(1, 30), st.integers(1, 6))
def test_what_is_over_the_limits_is_left_out_and_said_to_be(text, size, lines):
    output = read(an_artifact(data=text), limits={"max_size_bytes": size, "max_lines": lines})

    content = output["content"]
    assert text.startswith(content)
    assert len(content.encode()) <= size
    assert content.count("\n") <= lines
    assert output.get("truncated", False) is (content != text)
    assert ("total_lines" in output) is (content != text)
    if content != text:
        assert len(text[: len(content) + 1].encode()) > size or content.count("\n") == lines


def test_two_hundred_lines_are_read_without_a_limit_given():
    output = read(an_artifact(data="x\n" * 300))

    assert (output["content"], output["truncated"], output["total_lines"]) == ("x\n" * 200, True, 300)


def test_base64_gives_the_bytes_as_they_are_up_to_the_limit():
    artifact = an_artifact(data=PNG, filename="p.png", mime_type="image/png")

    assert base64.b64decode(read(artifact, encoding="base64")["content"]) == PNG
    cut = read(artifact, encoding="base64", limits={"max_size_bytes": 5})
    assert (base64.b64decode(cut["content"]), cut["truncated"], cut["encoding"]) == (PNG[:5], True, "base64")


@pytest.mark.parametrize("data", [PNG, b"\xff\xfe", b"a\0b"])
def test_what_is_no_text_is_not_read_as_such(data):
    assert problem(an_artifact(data=data)).startswith("FAILED_PRECONDITION: artifact 'art_a_b_c' (text/plain) is not text")


def test_an_office_document_says_that_its_text_is_simulated_and_is_the_same_every_time():
    artifact = an_artifact(data=b"%PDF-1.7 \xff", **PDF)

    content = read(artifact)["content"]

    assert content.startswith("# Annual_report\n\nSimulated text: the mock server does not read PDF files")
    assert "annual report" in content
    assert content == read(artifact)["content"]
    assert content != read(an_artifact(data=b"%PDF-1.7 \xfe", **PDF))["content"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"encoding": "hex"}, "encoding must be one of raw, base64"),
        ({"start_line": 0}, "start_line must be an integer of at least 1, not 0"),
        ({"start_line": 3, "end_line": 2}, "end_line 2 is before start_line 3"),
        ({"start_line": 4}, "start_line 4 is behind the end, the file has 3 lines"),
        ({"end_line": "2"}, "end_line must be an integer of at least 1, not a text"),
    ],
)
def test_wrong_arguments_of_a_reading_are_named(arguments, named):
    assert problem(an_artifact(), **arguments) == f"INVALID_ARGUMENT: {named}"


@pytest.mark.parametrize("kind", ["artifact_read", "artifact_grep", "image_read", "document_conversion"])
def test_a_file_that_is_not_there_or_not_any_more_is_not_found_and_the_others_are_named(kind):
    old = an_artifact("art_old", created_at=NOON - timedelta(days=31))
    bench = Bench([an_artifact("art_one"), old, an_artifact("art_two")])

    for gone in ("art_none", "art_old"):
        told = bench.problem(kind, arguments={"artifact_id": gone})
        assert told == f"NOT_FOUND: artifact '{gone}' does not exist; the session's artifacts are: art_one, art_two"
    assert bench.problem(kind) == "INVALID_ARGUMENT: artifact_id is missing; it must be a text"
    assert Bench().problem(kind, arguments={"artifact_id": "a"}).endswith("artifacts are: none")


@pytest.mark.parametrize(
    ("data", "mime_type"),
    [
        (PNG, "application/octet-stream"),
        (b"\xff\xd8\xff\xe0", "text/plain"),
        (b"GIF89a", "x/y"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "x/y"),
        (b"no", "image/png"),
        (b"no", "IMAGE/JPEG; q=1"),
    ],
)
def test_an_image_is_known_by_its_first_bytes_or_its_media_type(data, mime_type):
    bench = Bench([an_artifact(data=data, mime_type=mime_type)])

    output = bench.output("image_read", arguments={"artifact_id": "art_a_b_c", "detail": "high"})

    assert output == {"artifact_id": "art_a_b_c", "detail": "high"}


@pytest.mark.parametrize("mime_type", ["text/plain", "image/svg+xml", "application/pdf"])
def test_what_is_no_image_is_not_shown(mime_type):
    told = problem(an_artifact(mime_type=mime_type), "image_read")

    assert told.startswith(f"FAILED_PRECONDITION: artifact 'art_a_b_c' ({mime_type}) is not an image")


def test_the_detail_of_an_image_is_one_of_three():
    told = problem(an_artifact(mime_type="image/png"), "image_read", detail="full")

    assert told == "INVALID_ARGUMENT: detail must be one of auto, low, high"
