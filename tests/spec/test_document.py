"""The document is right by three judges, and by rules of its own that none of them knows."""

from pathlib import Path
from urllib.parse import urljoin

import pytest
import schemathesis
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.readers import read_from_filename

import openapi
from mockserver.operations import HANDLERS
from mockserver.spec.document import Place, load
from mockserver.spec.operations import METHODS, Operations
from mockserver.spec.schemas import Validators

API_ROLES = {
    "owner", "administrator", "billing_administrator", "corpus_administrator", "corpus_developer", "corpus_viewer",
    "agent_administrator", "agent_developer", "agent_viewer", "agent_user", "pipeline_administrator", "pipeline_viewer", "viewer",
}  # fmt: skip
AGENT_ROLES = {"agent_user", "agent_viewer", "agent_developer", "agent_administrator"}
CORPUS_ROLES = {"viewer", "editor", "administrator", "owner"}
ON_THE_ACCOUNT_ALONE = {"createAgent", "createCorpus", "listCorpora"}
OF_AGENTS = ("/v2/agents", "/v2/instructions", "/v2/tools")
PUBLIC = {"getOAuthToken", "getOAuth2Token"}

DOCUMENT = load(openapi.DOCUMENT)
OPERATIONS = Operations(DOCUMENT)


def nodes(place, at=""):
    """Every object of a file with its place."""
    if isinstance(place.node, dict):
        yield at or "/", place
    inner = place.node.items() if isinstance(place.node, dict) else enumerate(place.node) if isinstance(place.node, list) else ()
    for step, node in inner:
        yield from nodes(Place(place.uri, node), f"{at}/{step}")


def described():
    """Every operation of the paths, as it is written."""
    for template, item in DOCUMENT.paths():
        for method in METHODS:
            if method in item.node:
                yield template, method, Place(item.uri, item.node[method])


def contents(place):
    """Every media type of a request body and of the answers, followed to where it is written."""
    answers = (("responses", status, node) for status, node in place.node["responses"].items())
    bodies = (("requestBody", "", place.node["requestBody"]),) if "requestBody" in place.node else ()
    for kind, status, node in (*bodies, *answers):
        target = DOCUMENT.follow(Place(place.uri, node))
        for media_type, content in target.node.get("content", {}).items():
            yield f"{kind}{status} {media_type}", Place(target.uri, content)


def examples():
    validators = Validators(DOCUMENT)
    for _, _, operation in described():
        for where, content in contents(operation):
            found = {
                name: DOCUMENT.follow(Place(content.uri, node)).node["value"]
                for name, node in content.node.get("examples", {}).items()
            }
            if "example" in content.node:
                found["example"] = content.node["example"]
            for name, value in found.items():
                validator = validators.compiled(Place(content.uri, content.node["schema"]))
                yield pytest.param(validator, value, id=f"{operation.node['operationId']} {where} {name}")


def unions():
    for uri, content in DOCUMENT.files.items():
        for at, place in nodes(Place(uri, content)):
            discriminator = place.node.get("discriminator", place.node.get("x-discriminator"))
            if isinstance(discriminator, dict) and "oneOf" in place.node:
                yield pytest.param(place, discriminator, id=f"{Path(uri).name}{at}")


def constants(place, name):
    """The values that a schema permits for a property, by its `const`s."""
    place = DOCUMENT.follow(place)
    found = {place.node["properties"][name]["const"]} if "const" in place.node.get("properties", {}).get(name, {}) else set()
    return found.union(
        *(constants(Place(place.uri, part), name) for word in ("allOf", "oneOf") for part in place.node.get(word, ()))
    )


def example_of(operation, name):
    """The example of a parameter as the operation declares it; several operations have a `limit` of their own."""
    (item,) = [item for template, item in DOCUMENT.paths() if template == operation.path]
    declared = (*item.node.get("parameters", ()), *item.node[operation.method.lower()].get("parameters", ()))
    nodes_of_parameters = [DOCUMENT.follow(Place(item.uri, node)).node for node in declared]
    (example,) = [node["example"] for node in nodes_of_parameters if node["name"] == name]
    return example


def branch_types(name):
    return set(DOCUMENT.at(urljoin(DOCUMENT.root, name)).node["discriminator"]["mapping"])


def test_the_spec_validator_finds_no_fault():
    content, base = read_from_filename(str(openapi.DOCUMENT))
    assert [error.message for error in OpenAPIV31SpecValidator(content, base_uri=base).iter_errors()] == []


def test_openapi_core_loads_it(core):
    assert str(core.version) == "OpenAPIV3.1"


def test_schemathesis_loads_every_operation():
    loaded = {
        result.ok().definition.raw["operationId"]
        for result in schemathesis.openapi.from_path(openapi.DOCUMENT).get_all_operations()
    }
    assert loaded == set(HANDLERS)


def test_every_operation_has_a_handler_and_every_handler_an_operation():
    assert set(OPERATIONS.by_id) == set(HANDLERS)


@pytest.mark.parametrize("operation", list(OPERATIONS.by_id.values()), ids=list(OPERATIONS.by_id))
def test_an_operation_has_a_summary_and_known_roles(operation):
    assert operation.summary
    assert operation.roles.api <= API_ROLES
    assert ("owner" in operation.roles.api) is not operation.is_public
    assert operation.is_public is (operation.id in PUBLIC)
    assert operation.roles.agent <= AGENT_ROLES
    assert operation.roles.corpus <= CORPUS_ROLES
    assert bool(operation.roles.corpus) is ("{corpus_key}" in operation.path)
    is_of_agents = operation.path.startswith(OF_AGENTS)
    assert bool(operation.roles.agent) is (is_of_agents and operation.id not in ON_THE_ACCOUNT_ALONE)
    assert not (operation.roles.agent and operation.roles.corpus)


@pytest.mark.parametrize("operation", list(OPERATIONS.by_id.values()), ids=list(OPERATIONS.by_id))
def test_what_an_agent_role_may_do_the_api_role_of_the_same_name_may_do(operation):
    assert operation.roles.agent - {"agent_user"} <= operation.roles.api


@pytest.mark.parametrize("operation", list(OPERATIONS.by_id.values()), ids=list(OPERATIONS.by_id))
def test_what_a_corpus_viewer_may_do_the_higher_roles_on_a_corpus_may_do(operation):
    ladder = ["viewer", "editor", "administrator", "owner"]
    held = [role in operation.roles.corpus for role in ladder]
    assert held == sorted(held)


@pytest.mark.parametrize(("validator", "value"), list(examples()))
def test_an_example_is_valid(validator, value):
    assert validator.problems(value) == {}


@pytest.mark.parametrize("operation", list(OPERATIONS.by_id.values()), ids=list(OPERATIONS.by_id))
def test_the_example_of_a_parameter_is_valid(operation):
    for parameter in operation.parameters:
        if parameter.name != "page_key":
            assert parameter.validator.problems(example_of(operation, parameter.name)) == {}


@pytest.mark.parametrize(("place", "discriminator"), list(unions()))
def test_a_branch_of_a_union_has_the_constant_that_the_mapping_names(place, discriminator):
    name, mapping = discriminator["propertyName"], discriminator["mapping"]
    assert list(mapping.values()) == [branch["$ref"] for branch in place.node["oneOf"]]
    for value, reference in mapping.items():
        assert constants(Place(place.uri, {"$ref": reference}), name) == {value}


def test_the_event_order_names_exactly_the_types_of_the_unions():
    order = next(operation.node["x-event-order"] for _, _, operation in described() if "x-event-order" in operation.node)
    stored, passing, streamed = (order[name] for name in ("persisted", "transient", "stream_only"))
    types = [*stored, *passing, *streamed]
    assert len(types) == len(set(types))
    assert {*stored, *passing} == branch_types("schemas/events.yaml#/AgentEvent")
    as_pieces = {entry[part] for entry in order["streamed_as"].values() for part in ("pieces", "end")}
    assert as_pieces <= set(streamed)
    assert set(types) == branch_types("schemas/stream.yaml#/AgentStreamedResponse") | branch_types(
        "schemas/events.yaml#/AgentEvent"
    )
    assert branch_types("schemas/events.yaml#/AgentEvent") - branch_types("schemas/stream.yaml#/AgentStreamedResponse") == {
        "agent_output"
    }
    assert {*order["starts_with"], *order["ends_with"], order["terminator"]} <= set(types)
