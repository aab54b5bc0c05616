"""What holds for every tool: pinned arguments, transforms, secrets, scripts."""

import pytest

from mockserver.domain.simulator.scenarios import Scripted
from mockserver.domain.simulator.tools import merged
from tests.domain.tool_calls import Bench, an_artifact

PLANTED = "t0p-s3cret"


def ref(path):
    return {"$ref": path}


def test_pinned_arguments_win_over_the_models():
    output = Bench().output("web_get", arguments={"url": "https://a.example/"}, overrides={"url": "https://b.example/"})

    assert output["url"] == "https://b.example/"


@pytest.mark.parametrize(
    ("arguments", "overrides", "whole"),
    [
        ({"a": 1}, {"a": 2, "b": 3}, {"a": 2, "b": 3}),
        ({"h": {"x": 1, "y": 2}}, {"h": {"x": 9}}, {"h": {"x": 9}}),
        ({"h": {"x": 1, "y": 2}}, {"h.x": 9}, {"h": {"x": 9, "y": 2}}),
        ({"h": 5}, {"h.x.z": 9}, {"h": {"x": {"z": 9}}}),
        ({}, {".": 1}, {".": 1}),
    ],
    ids=["names", "a whole object", "a leaf", "a leaf in no object", "a dot"],
)
def test_a_dotted_name_pins_a_leaf_and_leaves_the_rest(arguments, overrides, whole):
    before = repr(arguments)

    assert merged(arguments, overrides) == whole
    assert repr(arguments) == before


def test_a_reference_to_a_tool_is_settled_in_overrides_and_settings():
    bench = Bench()
    outputs = {"first": {"outputs": {"latest": {"filter": "part.section = '1'"}}}}
    corpora = [{"corpus_key": "c1", "metadata_filter": ref("tools.first.outputs.latest.filter")}]

    output = bench.output(
        "corpora_search", arguments={"query": "part"}, query_configuration={"search": {"corpora": corpora}}, outputs=outputs
    )

    assert [hit["text"] for hit in output["search_results"]] == ["Second part."]


def test_a_reference_that_no_output_answers_fails_and_shows_no_overrides():
    outcome = Bench().run("web_search", overrides={"query": ref("tools.first.outputs.latest.x")})

    assert (outcome.error, outcome.overrides) == (True, None)
    assert "unresolved refs [tools.first.outputs.latest.x]" in outcome.output["error"]


@pytest.mark.parametrize("kind", ["client", "sub_agent", "reference", "nonsense"])
def test_a_tool_that_is_not_run_here_says_so(kind):
    problem = Bench().problem(kind, tool_configuration_key="shared")

    assert problem.startswith(("FAILED_PRECONDITION: ", "NOT_FOUND: there is no tool configuration 'shared'"))


def test_a_search_without_a_query_is_the_tools_error():
    problem = Bench().problem("corpora_search", query_configuration={"search": {"corpora": [{"corpus_key": "c1"}]}})

    assert problem == "INVALID_ARGUMENT: query is missing; it must be a text"


def test_a_transform_sees_arguments_agent_session_tools_and_the_date():
    bench = Bench(metadata={"tier": "gold"}, secrets={"token": PLANTED})
    outputs = {"first": {"outputs": {"latest": {"n": 1}}}}
    program = "{seen: [keys, .args, .agent.metadata.team, .session, .tools.first.outputs.latest.n, .currentDate]}"

    output = bench.output("lambda", arguments={"x": 1}, overrides={"y": 2}, input_transform=program, outputs=outputs)

    keys = ["agent", "args", "currentDate", "session", "tools"]
    session = {"key": "s1", "metadata": {"tier": "gold"}}
    assert output["arguments"]["seen"] == [keys, {"x": 1, "y": 2}, "care", session, 1, "2026-01-15T12:00:00.000Z"]


def test_a_transform_changes_the_arguments_and_not_what_is_shown():
    outcome = Bench().run(
        "web_get",
        arguments={"url": "x"},
        overrides={"method": "HEAD"},
        input_transform='{url: ("https://a.example/" + .args.url)}',
    )

    assert outcome.output["url"] == "https://a.example/x"
    assert outcome.output["content"]
    assert outcome.overrides == {"method": "HEAD"}


def test_a_search_uses_the_transformed_query():
    corpora = {"search": {"corpora": [{"corpus_key": "c1"}]}}

    output = Bench().output(
        "corpora_search", arguments={"query": "nothing"}, query_configuration=corpora, input_transform='{query: "second"}'
    )

    assert [hit["text"] for hit in output["search_results"]] == ["Second part."]


@pytest.mark.parametrize(
    ("program", "output"),
    [
        ("{only: .status_code}", {"only": 200}),
        (".status_code", {"content": 200}),
        ("[.truncated]", {"content": [False]}),
        ('"text"', {"content": "text"}),
    ],
)
def test_a_result_is_transformed_and_wrapped_where_it_is_no_object(program, output):
    assert Bench().output("web_get", arguments={"url": "https://a.example/"}, output_transform=program) == output


def test_an_error_is_not_transformed():
    assert Bench().problem("web_get", output_transform="{}").startswith("INVALID_ARGUMENT: url is missing")


@pytest.mark.parametrize("name", ["input_transform", "output_transform"])
@pytest.mark.parametrize("program", [".a | foo", 'error("no")', "empty"])
def test_a_transform_that_fails_is_the_tools_error(name, program):
    problem = Bench().problem("web_get", arguments={"url": "https://a.example/"}, **{name: program})

    assert problem.startswith(f"INVALID_ARGUMENT: {name} failed: ")


@pytest.mark.parametrize("program", ["1", "[.args]", "null", '"x"'])
def test_an_input_transform_must_give_an_object(program):
    assert "must give an object" in Bench().problem("web_get", input_transform=program)


def test_an_image_is_shown_as_it_is_whatever_the_transform():
    bench = Bench([an_artifact(mime_type="image/png")])

    outcome = bench.output("image_read", arguments={"artifact_id": "art_a_b_c"}, output_transform="{}")

    assert outcome == {"artifact_id": "art_a_b_c", "detail": "auto"}


@pytest.mark.parametrize(
    ("kind", "configuration"),
    [
        ("web_get", {"arguments": {}, "overrides": {"url": ref("session.secrets.s")}}),
        ("web_get", {"overrides": {"url": "https://a.example/", "headers": {"X-Key": ref("session.secrets.s")}}}),
        ("web_get", {"overrides": {"url": "https://a.example/", "auth": {"type": "bearer", "token": ref("session.secrets.s")}}}),
        ("web_get", {"overrides": {"x": ref("session.secrets.s")}, "input_transform": '{url: "https://a.example/\\(.args.x)"}'}),
        ("web_get", {"overrides": {"x": ref("session.secrets.s")}, "input_transform": '{url: ("https:" + .args.x[0:9])}'}),
        ("web_get", {"overrides": {"x": ref("session.secrets.s")}, "input_transform": '{url: ("https:/\\(.args.x)" | .[0:14])}'}),
        ("web_get", {"overrides": {"x": ref("session.secrets.s")}, "input_transform": "error(.args.x)"}),
        ("web_get", {"overrides": {"x": ref("session.secrets.s")}, "input_transform": ".args.x | tonumber"}),
        ("web_get", {"overrides": {"method": ref("session.secrets.s"), "url": "https://a.example/"}}),
        ("web_search", {"overrides": {"query": ref("session.secrets.s")}}),
        ("web_search", {"overrides": {"query": "x", "include_domains": [ref("session.secrets.s"), "a b"]}}),
        ("lambda", {"arguments": {"q": "mine"}, "overrides": {"x": ref("session.secrets.s")}}),
        ("lambda", {"overrides": {"x": ref("session.secrets.s")}, "input_transform": "{other: .args.x}"}),
        ("artifact_read", {"overrides": {"artifact_id": ref("session.secrets.s")}}),
        (
            "artifact_grep",
            {"overrides": {"artifact_id": "art_a_b_c", "pattern": "(", "grep_options": [ref("session.secrets.s")]}},
        ),
        ("get_document_text", {"overrides": {"corpus_key": "c1", "document_id": ref("session.secrets.s")}}),
        ("corpora_search", {"query_configuration": {"search": {"corpora": [{"corpus_key": ref("session.secrets.s")}]}}}),
    ],
)
def test_no_tool_tells_a_secret(kind, configuration):
    bench = Bench([an_artifact()], secrets={"s": PLANTED})

    outcome = bench.run(kind, **configuration)

    assert not [piece for piece in (PLANTED, PLANTED[:5]) if piece in repr(outcome)]


def test_a_filter_made_of_a_secret_is_in_force_and_not_shown():
    bench = Bench(secrets={"s": "'1'"})
    corpora = {"search": {"corpora": [{"corpus_key": "c1"}]}}
    program = '{query: .args.query, metadata_filter: ("part.section = " + .args.x)}'
    pinned = {"x": ref("session.secrets.s")}

    outcome = bench.run(
        "corpora_search", arguments={"query": "part"}, overrides=pinned, query_configuration=corpora, input_transform=program
    )

    assert [hit["text"] for hit in outcome.output["search_results"]] == ["Second part."]
    assert (outcome.filters, outcome.overrides) == ({"c1": "****"}, {"x": "****"})


def test_what_is_pinned_is_not_among_what_a_remote_tool_repeats():
    output = Bench().output("mcp", "crm", arguments={"q": "mine", "n": 1}, overrides={"k": "pinned"})

    assert (output["tool"], output["arguments"]) == ("crm", {"q": "mine", "n": 1})


@pytest.mark.parametrize("kind", ["lambda", "mcp", "dynamic_vectara"])
@pytest.mark.parametrize("key", ["crm", "tol_7"])
@pytest.mark.parametrize(
    ("result", "output"),
    [
        ({"a": [1]}, {"a": [1]}),
        (["é", 1], {"content": '["é", 1]'}),
        ("text", {"content": '"text"'}),
        (None, {"content": "null"}),
    ],
)
def test_a_remote_tool_answers_its_script(kind, key, result, output):
    assert Bench(scripted={key: Scripted(result, failed=False)}).output(kind, "crm", tool_id="tol_7") == output


def test_a_scripted_error_is_told_in_its_own_words_even_where_a_secret_is_pinned():
    bench = Bench(scripted={"crm": Scripted({"error": "the CRM is down"}, failed=True)}, secrets={"s": PLANTED})

    outcome = bench.run("lambda", "crm", overrides={"k": ref("session.secrets.s")}, output_transform="{}")

    assert (outcome.output, outcome.error, outcome.overrides) == ({"error": "the CRM is down"}, True, {"k": "****"})


def test_the_script_of_a_name_goes_before_that_of_an_id():
    bench = Bench(scripted={"crm": Scripted({"by": "name"}, failed=False), "tol_7": Scripted({"by": "id"}, failed=False)})

    assert bench.output("lambda", "crm", tool_id="tol_7") == {"by": "name"}
