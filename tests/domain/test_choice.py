import time

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.simulator.choice import Choice, chosen, is_named
from mockserver.runtime import SeededIds
from tests.arrange import examples
from tests.domain.tool_calls import PNG, an_artifact

TYPES = (
    "web_search",
    "web_get",
    "artifact_read",
    "artifact_grep",
    "image_read",
    "document_conversion",
    "get_document_text",
    "sub_agent",
    "lambda",
    "corpora_search",
)
TOOLS = {f"my_{kind}": {"type": kind} for kind in TYPES}
CLIENT = {"type": "client", "tool_id": "tol_1"}
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}},
    "required": ["city", "unit"],
}
NOTES, PHOTO = an_artifact("art_one"), an_artifact("art_two", data=PNG, mime_type="image/png", filename="p.png")


def choices(text, tools=TOOLS, *, artifacts=(), schemas=None):
    random = SeededIds(1).random_for("choice")
    return chosen(tools, text, artifacts=artifacts, input_schemas=schemas or {}, random=random)


def beside_search(text, **more):
    """Return the calls that come behind the search, which is always the first."""
    first, *others = choices(text, **more)
    assert first.name == "my_corpora_search"
    return [(choice.name.removeprefix("my_"), choice.arguments) for choice in others]


@pytest.mark.parametrize(
    "text",
    ["How long does delivery take?", "I read my image at www.example.com", "Convert 5 miles", "search the cellar", "art_ x"],
)
def test_a_plain_question_calls_the_search_alone(text):
    assert choices(text) == [Choice("my_corpora_search", {"query": text})]


def test_every_search_is_called_first_with_the_message_cut_to_500_characters():
    tools = {"web": {"type": "web_search"}, "one": {"type": "corpora_search"}, "two": {"type": "corpora_search"}}

    found = choices("Search the web. " + "A sentence. " * 100, tools)

    assert [choice.name for choice in found] == ["one", "two", "web"]
    assert all(len(choice.arguments["query"]) <= 500 for choice in found)


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("get_weather", "Please get weather for Rome", True),
        ("get_weather", "call GET-WEATHER", True),
        ("get_weather", "`get_weather`を使って", True),
        ("get weather", "get_weather", True),
        ("get_weather", "forget weather", False),
        ("get_weather", "get weathered", False),
        ("get_weather", "weather", False),
        ("crm", "the CRM's entry", True),
        ("crm", "scrm", False),
        ("c++ (x)", "try c++ (x) now", True),
        ("--", "a -- b", False),
    ],
)
def test_a_tool_is_named_by_whole_words(name, text, named):
    assert is_named(name, text) is named


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("Read https://a.example/x?y=1, please.", [("web_get", {"url": "https://a.example/x?y=1"})]),
        (
            "(see http://a.example/) and https://b.example",
            [("web_get", {"url": u}) for u in ("http://a.example/", "https://b.example")],
        ),
        ("https://a.example/ https://a.example/", [("web_get", {"url": "https://a.example/"})]),
        ("Search the web for cats", [("web_search", {"query": "Search the web for cats"})]),
        ("look this up online, 3 results", [("web_search", {"query": "look this up online, 3 results", "limit": 3})]),
        ("What is the latest news?", [("web_search", {"query": "What is the latest news?"})]),
        ("internet search with 20 pages", [("web_search", {"query": "internet search with 20 pages", "limit": 20})]),
        ("internet search with 200 pages", [("web_search", {"query": "internet search with 200 pages"})]),
        ("What is in art_x_y?", [("artifact_read", {"artifact_id": "art_x_y"})]),
        ("Show lines 10 to 20 of art_x", [("artifact_read", {"artifact_id": "art_x", "start_line": 10, "end_line": 20})]),
        ("Show line 7 of art_x", [("artifact_read", {"artifact_id": "art_x", "start_line": 7, "end_line": 7})]),
        ("Make art_x Markdown", [("document_conversion", {"artifact_id": "art_x", "output_format": "markdown"})]),
        (
            "Convert art_x to a structured document",
            [("document_conversion", {"artifact_id": "art_x", "output_format": "structured_document"})],
        ),
        ('my_artifact_grep art_x for "a|b"', [("artifact_grep", {"artifact_id": "art_x", "pattern": "a|b"})]),
        ("my image read art_x in high detail", [("image_read", {"artifact_id": "art_x", "detail": "high"})]),
        (
            "my_get_document_text: document doc-1.a of corpus c=1",
            [("get_document_text", {"document_id": "doc-1.a", "corpus_key": "c=1"})],
        ),
        ("Ask my sub_agent", [("sub_agent", {"message": "Ask my sub_agent"})]),
        ("Run my lambda", [("lambda", {"query": "Run my lambda"})]),
        ("my_web_get", [("web_get", {})]),
        (
            "my_web_search for my_lambda",
            [("web_search", {"query": "my_web_search for my_lambda"}), ("lambda", {"query": "my_web_search for my_lambda"})],
        ),
    ],
)
def test_what_a_message_asks_for_is_called(text, calls):
    assert beside_search(text) == calls


def test_uploaded_files_are_read_by_their_kind():
    assert beside_search("What is this?", artifacts=[NOTES, PHOTO]) == [
        ("artifact_read", {"artifact_id": "art_one"}),
        ("image_read", {"artifact_id": "art_two"}),
    ]
    assert beside_search("Convert these", artifacts=[NOTES, PHOTO]) == [
        ("document_conversion", {"artifact_id": "art_one", "output_format": "markdown"}),
        ("image_read", {"artifact_id": "art_two"}),
    ]


def test_a_named_tool_for_files_is_called_instead():
    assert beside_search("Use my_artifact_grep on it", artifacts=[NOTES]) == [("artifact_grep", {"artifact_id": "art_one"})]


def test_of_two_tools_of_a_type_the_one_named_is_called_else_the_first():
    tools = {"first": {"type": "web_get"}, "second": {"type": "web_get"}}

    assert [choice.name for choice in choices("https://a.example/", tools)] == ["first"]
    assert [choice.name for choice in choices("second https://a.example/", tools)] == ["second"]


def test_a_tool_that_the_agent_does_not_have_is_not_called():
    tools = {"search": {"type": "corpora_search"}}

    assert len(choices("Search the web, read https://a.example/ and art_x", tools, artifacts=[PHOTO])) == 1
    assert choices("https://a.example/ art_x", {}) == []


def test_what_is_pinned_is_no_argument_of_the_models():
    tools = {"web": {"type": "web_search", "argument_override": {"query": "pinned", "limit": 2}}}

    assert choices("search the web, 5 results", tools) == [Choice("web", {})]


@pytest.mark.parametrize("kind", ["client", "lambda", "mcp"])
def test_arguments_fit_the_input_schema_where_it_is_known(kind):
    tools = {"get_weather": {**CLIENT, "type": kind}}

    (choice,) = choices("get weather in fahrenheit", tools, schemas={"tol_1": SCHEMA})

    assert jsonschema_rs.is_valid(SCHEMA, choice.arguments)
    assert choice.arguments["unit"] == "fahrenheit"


@pytest.mark.parametrize("schema", [{"type": "string"}, {"not": {}}])
def test_a_schema_that_no_object_fits_gives_no_arguments(schema):
    assert choices("get weather", {"get_weather": CLIENT}, schemas={"tol_1": schema}) == [Choice("get_weather", {})]


@examples(150)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80) | st.text(st.sampled_from("art_-x0 :/.htps\"'"), max_size=60)
)
def test_any_message_calls_configured_tools_the_search_first_and_the_same_every_time(text):
    found = choices(text, artifacts=[NOTES])

    assert found == choices(text, artifacts=[NOTES])
    assert found[0] == Choice("my_corpora_search", {"query": text})
    assert {choice.name for choice in found} <= set(TOOLS)


@pytest.mark.parametrize(
    "text",
    [
        "search " * 50_000,
        "line " + " " * 300_000,
        "art_" + "-" * 300_000,
        '"' * 300_000,
        "my " * 100_000,
        "document " + ":" * 300_000,
    ],
)
def test_a_long_message_is_understood_in_time_that_grows_with_its_length(text):
    started = time.process_time()

    choices(text)

    assert time.process_time() - started < 3
