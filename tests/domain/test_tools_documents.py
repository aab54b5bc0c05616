import json
import time
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockserver.domain.simulator.tools.markdown import as_markdown, sections_of
from tests.arrange import NOON, examples
from tests.domain.tool_calls import PNG, Bench, an_artifact

HTML = """<!DOCTYPE html><html><head><title>Terms</title><style>p {color: red}</style></head><body>
<!-- a > comment --><h1>Terms &amp; rules</h1>
<p>First   <b>bold</b>
line.</p><ul><li>one</li><li>two</li></ul><script>if (a < b) { x("</p>") }</script>
<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table><p>1 < 2</p></body></html>"""


def convert(artifact, bench=None, **arguments):
    bench = bench or Bench([artifact])
    output = bench.output("document_conversion", arguments={"artifact_id": artifact.id, **arguments})
    return output, bench.store.artifact(bench.session, output["artifact_id"])


def test_a_conversion_adds_a_file_that_says_what_it_comes_from():
    output, made = convert(an_artifact(data="# A\n\nb"), description="My notes")

    metadata = {"output_format": "markdown", "original_format": "txt", "original_artifact_id": "art_a_b_c"}
    assert output == {
        "artifact_id": made.id,
        "filename": "notes.txt.md",
        "mime_type": "text/markdown",
        "size_bytes": 6,
        "metadata": metadata,
    }
    assert (made.data, made.metadata, made.description, made.created_at) == (b"# A\n\nb", metadata, "My notes", NOON)


def test_every_conversion_adds_a_file_of_its_own():
    artifact = an_artifact()
    bench = Bench([artifact])

    made = {convert(artifact, bench)[1].id for _ in range(5)}

    assert len(made) == 5
    assert {other.id for other in bench.store.artifacts(bench.session)} == {artifact.id, *made}


@pytest.mark.parametrize(
    ("filename", "mime_type", "data", "markdown"),
    [
        ("a.txt", "text/plain", "x < y\n", "x < y\n"),
        ("a.md", "application/octet-stream", "# A\n", "# A\n"),
        ("a.csv", "text/csv", 'a,b\n1,"x | y"\n\n2\n', "| a | b |\n| --- | --- |\n| 1 | x \\| y |\n| 2 |\n"),
        ("a.tsv", "text/tab-separated-values", "a\tb\n1\t2\n", "| a | b |\n| --- | --- |\n| 1 | 2 |\n"),
        ("a.csv", "text/csv", "", ""),
        ("a.csv", "text/csv", "x" * 200_000, "```\n" + "x" * 200_000 + "\n```\n"),
        ("a.json", "application/json", '{"a": "```"}', '````json\n{"a": "```"}\n````\n'),
    ],
    ids=["text", "markdown", "csv", "tsv", "empty csv", "a huge cell", "json"],
)
def test_texts_are_converted_plainly(filename, mime_type, data, markdown):
    _, made = convert(an_artifact(data=data, filename=filename, mime_type=mime_type))

    assert made.data.decode() == markdown


def test_a_web_page_keeps_its_headings_lists_and_words():
    _, made = convert(an_artifact(data=HTML, filename="terms.htm", mime_type="application/octet-stream"))

    assert made.data.decode() == ("Terms\n\n# Terms & rules\n\nFirst bold line.\n\n- one\n- two\n\n| a | b\n| 1 | 2\n\n1 < 2\n")
    assert made.metadata["original_format"] == "html"


@pytest.mark.parametrize("text", ["<" * 300_000, "<a" * 200_000, "<!--" * 100_000, "<script>" * 50_000, "<p>" * 200_000])
def test_a_hostile_web_page_is_converted_in_time_that_grows_with_its_length(text):
    started = time.process_time()

    as_markdown(text, "html")

    assert time.process_time() - started < 3


@examples(100)
@example("<", "html")
@example("a<", "html")
@example("<!-- x", "html")
@example("</ x>", "html")
@given(st.text(st.sampled_from("<>/!-ab \n&;#`|,\"'"), max_size=60), st.sampled_from(["html", "csv", "tsv", "json", "txt"]))
def test_any_text_is_converted(text, format_):
    sections_of(as_markdown(text, format_))


@pytest.mark.parametrize("filename", ["Report.pdf", "report.docx", "slides.pptx", "numbers.xlsx"])
def test_the_text_of_an_office_document_says_that_it_is_simulated(filename):
    artifact = an_artifact(data=b"PK\x03\x04\xff", filename=filename, mime_type="application/octet-stream")
    output, made = convert(artifact)

    assert output["filename"] == f"{filename}.md"
    assert "Simulated text: the mock server does not read" in made.data.decode()
    assert made.data == convert(artifact)[1].data


def test_a_structured_document_has_the_sections_of_the_text():
    text = "Intro\n# One\na\n\nb\n```\n# no heading\n```\n## Two\n### Three\nc\n"

    output, made = convert(an_artifact(data=text), output_format="structured_document")

    assert (output["filename"], output["mime_type"]) == ("notes.txt.json", "application/json")
    assert json.loads(made.data) == {
        "type": "structured",
        "id": "art_a_b_c",
        "title": "notes.txt",
        "sections": [
            {"text": "Intro"},
            {"title": "One", "text": "a\n\nb\n```\n# no heading\n```"},
            {"title": "Two", "text": ""},
            {"title": "Three", "text": "c"},
        ],
    }


def test_an_image_is_not_converted():
    problem = Bench([an_artifact(data=PNG)]).problem("document_conversion", arguments={"artifact_id": "art_a_b_c"})

    assert problem.startswith("FAILED_PRECONDITION: artifact 'art_a_b_c' (text/plain) is not text")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"output_format": "pdf"}, "output_format must be one of markdown, structured_document"),
        ({"description": 1}, "description"),
    ],
)
def test_wrong_arguments_of_a_conversion_are_named(arguments, named):
    bench = Bench([an_artifact()])

    problem = bench.problem("document_conversion", arguments={"artifact_id": "art_a_b_c", **arguments})

    assert problem.startswith(f"INVALID_ARGUMENT: {named}")
    assert len(bench.store.artifacts(bench.session)) == 1


def test_a_session_that_is_gone_takes_no_file():
    bench = Bench([an_artifact()])
    artifact = bench.store.artifact(bench.session, "art_a_b_c")
    bench.store.remove_session(bench.session)

    assert bench.problem("document_conversion", arguments={"artifact_id": artifact.id}).startswith("NOT_FOUND")


def document_text(arguments=None, **configuration):
    asked = {"corpus_key": "c1", "document_id": "d1"} if arguments is None else arguments
    return Bench().output("get_document_text", arguments=asked, **configuration)


def test_the_text_of_a_document_is_that_of_all_its_passages():
    assert document_text() == {
        "document_id": "d1",
        "corpus_key": "c1",
        "text": "First part.\n\nSecond part.",
        "metadata": {"a": {"b": 1, "c": 2}},
    }


@pytest.mark.parametrize(
    ("settings", "metadata"),
    [
        ({"exclude_paths": ["a"]}, {}),
        ({"exclude_paths": ["a.b", "x.y", "a.b.z"]}, {"a": {"c": 2}}),
        ({"include": True, "exclude_paths": ["a.b.z"]}, {"a": {"b": 1, "c": 2}}),
        ({}, {"a": {"b": 1, "c": 2}}),
    ],
)
def test_metadata_is_left_out_by_path(settings, metadata):
    assert document_text(tool_configuration={"metadata": settings})["metadata"] == metadata


def test_metadata_is_left_out_altogether():
    assert "metadata" not in document_text(tool_configuration={"metadata": {"include": False}})


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"corpus_key": "none", "document_id": "d1"}, "NOT_FOUND: corpus 'none' does not exist"),
        ({"corpus_key": "c1", "document_id": "none"}, "NOT_FOUND: corpus 'c1' has no document 'none'"),
        ({"document_id": "d1"}, "INVALID_ARGUMENT: corpus_key is missing; it must be a text"),
        ({"corpus_key": "c1"}, "INVALID_ARGUMENT: document_id is missing; it must be a text"),
    ],
)
def test_a_document_that_is_not_there_is_named(arguments, problem):
    assert Bench().problem("get_document_text", arguments=arguments) == problem


def test_a_disabled_corpus_is_the_tools_error():
    bench = Bench()
    bench.store.change_corpus("c1", lambda corpus: replace(corpus, enabled=False))

    problem = bench.problem("get_document_text", arguments={"corpus_key": "c1", "document_id": "d1"})

    assert problem == "FAILED_PRECONDITION: corpus 'c1' is disabled"
