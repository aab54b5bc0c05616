"""Two documents of the same API are compared, and every difference is told for what it is."""

import json
from copy import deepcopy

import pytest
import yaml

import openapi
from contracts.drift.differences import Level
from contracts.drift.operations import compare
from contracts.drift.reading import Document, DocumentError
from contracts.drift.reviewed import REVIEWED, ReviewedError, read, review, written
from tests.contracts.drift.mutations import MUTATIONS, PETS, as_3_0
from tests.contracts.running import contracts


@pytest.fixture
def filed(tmp_path):
    def write(document, name="theirs.yaml"):
        file = tmp_path / name
        file.write_text(yaml.safe_dump(document) if not isinstance(document, str) else document, "utf-8")
        return file

    return write


def levels(differences):
    return {f"{one.where}: {one.kind}": one.level for one in differences}


BY_VERSION = [
    pytest.param(version, mutation, id=f"{name}-{mutation.name}")
    for name, version in (("3.1", lambda: deepcopy(PETS)), ("3.0", as_3_0))
    for mutation in MUTATIONS
    if not (name == "3.0" and "null" in mutation.name)  # the mutations write null as 3.1 does
]


@pytest.mark.parametrize(("version", "mutation"), BY_VERSION)
def test_a_difference_is_told_for_what_it_is(filed, version, mutation):
    theirs = version()
    mutation.change(theirs, theirs["components"]["schemas"])
    found = compare(Document(filed(deepcopy(PETS), "ours.yaml")), Document(filed(theirs)))
    assert levels(found) == mutation.told


def test_there_are_mutations_enough_of_every_level():
    told = [level for mutation in MUTATIONS for level in mutation.told.values()]
    assert len(MUTATIONS) >= 50
    assert all(told.count(level) >= 8 for level in Level)


def test_our_document_does_not_differ_from_itself():
    assert compare(Document(openapi.DOCUMENT), Document(openapi.DOCUMENT)) == ()


def test_a_difference_says_where_it_stands_in_our_document(filed):
    theirs = deepcopy(PETS)
    theirs["components"]["schemas"]["NewPet"]["properties"]["age"]["type"] = "string"
    (found,) = (one for one in compare(Document(filed(PETS, "ours.yaml")), Document(filed(theirs))) if one.kind == "type")
    assert (found.file, found.pointer) == ("ours.yaml", "/components/schemas/NewPet/properties/age")
    assert str(found) == "POST /pets body.age: type: ours integer, theirs string"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("a: [", "is no YAML"),
        ("a: b", "is no OpenAPI document: it has no `paths`"),
        ({"paths": {"/a": {"$ref": "#/nowhere"}}}, "#/nowhere leads nowhere"),
        ({"paths": {"/a": {"$ref": "#/paths/~1a"}}}, "go round in a circle"),
        ({"paths": {"/a": {"$ref": "gone.yaml"}}}, "gone.yaml cannot be read"),
    ],
)
def test_what_is_no_document_is_told(filed, document, message):
    with pytest.raises(DocumentError, match=message):
        compare(Document(filed(PETS, "ours.yaml")), Document(filed(document)))


def test_schemas_that_hold_themselves_are_compared(filed):
    files = []
    for name, kind in (("ours.yaml", "string"), ("theirs.yaml", "integer")):
        document = deepcopy(PETS)
        members = document["components"]["schemas"]["NewPet"]["properties"]
        members |= {"parent": {"$ref": "#/components/schemas/NewPet"}, "size": {"type": kind}}
        files.append(Document(filed(document, name)))
    assert levels(compare(*files)) == {"POST /pets body.size: type": Level.BREAKING}


def test_a_reviewed_difference_does_not_count_and_a_stale_one_is_told(filed):
    theirs = deepcopy(PETS)
    theirs["components"]["schemas"]["NewPet"]["properties"]["age"]["type"] = "string"
    found = compare(Document(filed(PETS, "ours.yaml")), Document(filed(theirs)))
    reviewed = review(found, {"POST /pets body.age: type": "It is meant.", "GET /gone: roles": "It was."})
    assert reviewed.breaking == ()
    assert reviewed.stale == ("GET /gone: roles",)
    assert yaml.safe_load(written(reviewed)) == {"It is meant.": ["POST /pets body.age: type"]}
    assert [one.kind for one in review(found, {}).breaking] == ["type"]


@pytest.mark.parametrize(
    ("lose", "place"),
    [
        (lambda theirs: theirs["paths"].pop("/pets"), "POST /pets body.age"),
        (lambda theirs: theirs["paths"]["/pets"]["post"].pop("requestBody"), "POST /pets body.age"),
        (lambda theirs: theirs["paths"]["/pets"]["get"]["responses"]["200"].pop("content"), "GET /pets 200[].name"),
        (lambda theirs: theirs["paths"]["/pets"]["get"]["responses"].pop("200"), "GET /pets 200[].name"),
        (lambda theirs: theirs["components"]["schemas"]["NewPet"]["properties"].pop("age"), "POST /pets body.age"),
        (
            lambda theirs: theirs["paths"]["/pets"]["post"]["requestBody"]["content"].pop("application/json"),
            "POST /pets body.age",
        ),
    ],
    ids=["operation", "body", "media type", "status", "member", "media type of a request"],
)
def test_what_the_other_side_does_not_have_makes_no_review_stale(filed, lose, place):
    theirs = deepcopy(PETS)
    lose(theirs)
    reasons = {f"{place}: type": "It is meant.", "GET /petshop: roles": "It was."}
    reviewed = review(compare(Document(filed(PETS, "ours.yaml")), Document(filed(theirs))), reasons)
    assert reviewed.stale == ("GET /petshop: roles",)
    assert yaml.safe_load(written(reviewed))["It is meant."] == [f"{place}: type"]


def test_what_an_other_media_type_has_is_seen_where_one_is_missing(filed):
    theirs = deepcopy(PETS)
    theirs["paths"]["/pets"]["get"]["responses"]["200"].pop("content")
    reasons = {"GET /pets 200 (text/event-stream).name: type": "It was."}
    found = compare(Document(filed(PETS, "ours.yaml")), Document(filed(theirs)))
    assert review(found, reasons).stale == tuple(reasons)


def test_a_document_that_tells_no_roles_takes_none_away(filed):
    theirs = deepcopy(PETS)
    for path in theirs["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                operation.pop("x-required-roles", None)
    found = compare(Document(filed(PETS, "ours.yaml")), Document(filed(theirs)))
    assert levels(found) == {"GET /pets: roles": Level.OURS}
    assert review(found, {"GET /pets: roles": "It is meant."}).stale == ()


def test_what_is_no_list_of_reviewed_differences_is_told(filed):
    with pytest.raises(ReviewedError, match="expected a mapping from reason to a list"):
        read(filed("reason: text"))


def test_every_difference_that_we_keep_has_its_reason():
    reasons = read(REVIEWED)
    assert reasons
    assert all(len(reason) > 20 for reason in reasons.values())


@pytest.fixture
def drifted(filed):
    theirs = deepcopy(PETS)
    theirs["components"]["schemas"]["NewPet"]["properties"]["age"]["type"] = "string"
    none = filed("{}", "reviewed.yaml")
    return [str(filed(theirs)), "--document", str(filed(PETS, "ours.yaml")), "--reviewed", str(none)]


def test_the_command_fails_on_what_breaks(drifted):
    told = contracts("drift", *drifted)
    assert told.returncode == 1
    assert "breaking  POST /pets body.age: type: ours integer, theirs string" in told.stdout
    assert "1 breaking, 0 additive, 0 ours only, 0 breaking and reviewed" in told.stdout


def test_the_command_tells_programs_and_github(drifted):
    told = json.loads(contracts("drift", *drifted, "--format", "json").stdout)
    assert (told["breaking"], told["differences"][0]["kind"]) == (1, "type")
    annotations = contracts("drift", *drifted, "--format", "github").stdout
    assert "::error file=openapi/ours.yaml,title=POST /pets body.age%3A type::POST /pets body.age" in annotations


def test_the_command_writes_what_is_to_be_reviewed(drifted):
    assert contracts("drift", *drifted, "--reviewed-update").returncode == 1
    assert read(openapi.DOCUMENT.__class__(drifted[-1])) == {"POST /pets body.age: type": ""}


def test_the_command_says_what_is_wrong_with_a_file(filed):
    told = contracts("drift", str(filed("a: b")))
    assert told.returncode == 2
    assert "is no OpenAPI document" in told.stderr
