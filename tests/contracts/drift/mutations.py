"""A small document of an API, and what a version of it may say otherwise: each mutation with what it has to be told as."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from contracts.drift.differences import Level

BREAKING, ADDITIVE, OURS = Level.BREAKING, Level.ADDITIVE, Level.OURS
Document = dict[str, Any]


def _answer(schema: Any) -> Document:
    return {"description": "", "content": {"application/json": {"schema": schema}}}


PETS: Document = {
    "openapi": "3.1.0",
    "info": {"title": "Pets", "version": "1"},
    "paths": {
        "/pets": {
            "get": {
                "operationId": "listPets",
                "x-required-roles": [{"type": "ApiRole", "roles": ["viewer", "owner"]}],
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}},
                    {"name": "kind", "in": "query", "schema": {"type": "string", "enum": ["cat", "dog"]}},
                ],
                "responses": {
                    "200": _answer({"type": "array", "items": {"$ref": "#/components/schemas/Pet"}}),
                    "404": _answer({}),
                },
            },
            "post": {
                "operationId": "createPet",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewPet"}}},
                },
                "responses": {"201": _answer({"$ref": "#/components/schemas/Pet"})},
            },
        },
        "/pets/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "delete": {"operationId": "deletePet", "responses": {"204": {"description": ""}}},
        },
        "/owners": {"get": {"operationId": "listOwners", "responses": {"200": _answer({"type": "object"})}}},
    },
    "components": {
        "schemas": {
            "Pet": {
                "discriminator": {
                    "propertyName": "kind",
                    "mapping": {"cat": "#/components/schemas/Cat", "dog": "#/components/schemas/Dog"},
                },
                "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
            },
            "Base": {
                "type": "object",
                "required": ["kind", "name"],
                "properties": {
                    "kind": {"type": "string"},
                    "name": {"type": "string", "minLength": 1, "maxLength": 20, "pattern": "^[a-z]+$"},
                    "mood": {"type": "string", "enum": ["calm", "wild"]},
                    "weight": {"type": ["number", "null"], "exclusiveMinimum": 0},
                    "note": {"type": "string"},
                },
            },
            "Cat": {
                "allOf": [{"$ref": "#/components/schemas/Base"}, {"type": "object", "properties": {"lives": {"type": "integer"}}}]
            },
            "Dog": {
                "allOf": [{"$ref": "#/components/schemas/Base"}, {"type": "object", "properties": {"tricks": {"type": "array"}}}]
            },
            "NewPet": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "minLength": 1, "maxLength": 20},
                    "mood": {"type": "string", "enum": ["calm", "wild"]},
                    "age": {"type": "integer", "minimum": 0},
                    "born": {"type": "string", "format": "date"},
                    "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 5},
                    "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            },
        },
    },
}


def as_3_0() -> Document:
    """The same document as OpenAPI 3.0 writes it."""
    document = deepcopy(PETS) | {"openapi": "3.0.3"}
    base = document["components"]["schemas"]["Base"]["properties"]
    base["weight"] = {"type": "number", "nullable": True, "minimum": 0, "exclusiveMinimum": True}
    return document


@dataclass(frozen=True)
class Mutation:
    """What the other document says otherwise, and what has to be told of it: levels by `where: kind`."""

    name: str
    change: Callable[[Document, Document], object]
    told: dict[str, Level]


def _list(document: Document) -> Document:
    return document["paths"]["/pets"]["get"]


def _post(document: Document) -> Document:
    return document["paths"]["/pets"]["post"]


def _body(document: Document) -> Document:
    return document["components"]["schemas"]["NewPet"]


def _base(document: Document) -> Document:
    return document["components"]["schemas"]["Base"]


def _both_ways(where: str, kind: str, level: Level) -> dict[str, Level]:
    """What is said of the branches themselves is told of both."""
    return {f"GET /pets 200[]<{pet}>{where}: {kind}": level for pet in ("cat", "dog")}


def _told(name: str, kind: str, level: Level) -> dict[str, Level]:
    """What both branches refer to is told once."""
    return {f"GET /pets 200[]<cat>.{name}: {kind}": level}


def _set(node: Document, **fields: Any) -> None:
    node.update(fields)


def _body_field(name: str, **fields: Any) -> Callable[[Document, Document], object]:
    return lambda document, _: _set(_body(document)["properties"][name], **fields)


def _base_field(name: str, **fields: Any) -> Callable[[Document, Document], object]:
    return lambda document, _: _set(_base(document)["properties"][name], **fields)


POST = "POST /pets body"
MUTATIONS = (
    Mutation("nothing", lambda d, _: d, {}),
    Mutation("an operation less", lambda d, _: d["paths"].pop("/owners"), {"GET /owners: operation": OURS}),
    Mutation(
        "an operation more",
        lambda d, _: _set(d["paths"]["/owners"], post={"responses": {}}),
        {"POST /owners: operation": ADDITIVE},
    ),
    Mutation("another name in a path", lambda d, _: _set(d["paths"], **{"/pets/{pet}": d["paths"].pop("/pets/{id}")}), {}),
    Mutation("a parameter less", lambda d, _: _list(d)["parameters"].pop(), {"GET /pets query kind: parameter": OURS}),
    Mutation(
        "a parameter more",
        lambda d, _: _list(d)["parameters"].append({"name": "page", "in": "query", "schema": {}}),
        {"GET /pets query page: parameter": ADDITIVE},
    ),
    Mutation(
        "a needed parameter more",
        lambda d, _: _list(d)["parameters"].append({"name": "page", "in": "query", "required": True, "schema": {}}),
        {"GET /pets query page: parameter": BREAKING},
    ),
    Mutation(
        "a parameter needed",
        lambda d, _: _set(_list(d)["parameters"][0], required=True),
        {"GET /pets query limit: presence": BREAKING},
    ),
    Mutation(
        "a tighter parameter",
        lambda d, _: _set(_list(d)["parameters"][0]["schema"], maximum=50),
        {"GET /pets query limit: maximum": BREAKING},
    ),
    Mutation(
        "a wider parameter",
        lambda d, _: _set(_list(d)["parameters"][0]["schema"], maximum=500),
        {"GET /pets query limit: maximum": ADDITIVE},
    ),
    Mutation(
        "a parameter of another type",
        lambda d, _: _set(_list(d)["parameters"][1], schema={"type": "boolean"}),
        {"GET /pets query kind: type": BREAKING, "GET /pets query kind: values": ADDITIVE},
    ),
    Mutation(
        "a value less to send",
        lambda d, _: _set(_list(d)["parameters"][1]["schema"], enum=["cat"]),
        {"GET /pets query kind: values": BREAKING},
    ),
    Mutation(
        "a value more to send",
        lambda d, _: _set(_list(d)["parameters"][1]["schema"], enum=["cat", "dog", "cow"]),
        {"GET /pets query kind: values": ADDITIVE},
    ),
    Mutation("a body not needed", lambda d, _: _post(d)["requestBody"].pop("required"), {f"{POST}: presence": ADDITIVE}),
    Mutation("no body", lambda d, _: _post(d).pop("requestBody"), {f"{POST}: body": OURS}),
    Mutation(
        "another media type to send",
        lambda d, _: _set(_post(d)["requestBody"], content={"text/xml": {"schema": {}}}),
        {f"{POST}: media type": BREAKING, f"{POST} (text/xml): media type": ADDITIVE},
    ),
    Mutation("a field less to send", lambda d, _: _body(d)["properties"].pop("age"), {f"{POST}: member age": OURS}),
    Mutation(
        "a field less, and nothing else taken",
        lambda d, _: (_body(d)["properties"].pop("age"), _set(_body(d), additionalProperties=False)),
        {f"{POST}: member age": BREAKING, f"{POST}: other members": BREAKING},
    ),
    Mutation("a field more to send", lambda d, _: _set(_body(d)["properties"], hue={}), {f"{POST}: member hue": ADDITIVE}),
    Mutation(
        "a needed field more",
        lambda d, _: (_set(_body(d)["properties"], hue={}), _body(d)["required"].append("hue")),
        {f"{POST}: member hue": BREAKING},
    ),
    Mutation("a field needed", lambda d, _: _body(d)["required"].append("age"), {f"{POST}: presence of age": BREAKING}),
    Mutation("a field not needed", lambda d, _: _set(_body(d), required=[]), {f"{POST}: presence of name": ADDITIVE}),
    Mutation("a longer text", _body_field("name", maxLength=40), {f"{POST}.name: maxLength": ADDITIVE}),
    Mutation("a shorter text", _body_field("name", maxLength=10), {f"{POST}.name: maxLength": BREAKING}),
    Mutation("a text of at least two", _body_field("name", minLength=2), {f"{POST}.name: minLength": BREAKING}),
    Mutation("a pattern", _body_field("name", pattern="^[a-z]+$"), {f"{POST}.name: pattern": BREAKING}),
    Mutation("a format", _body_field("name", format="email"), {f"{POST}.name: format": BREAKING}),
    Mutation("another format", _body_field("born", format="date-time"), {f"{POST}.born: format": BREAKING}),
    Mutation("an exclusive bound", _body_field("age", exclusiveMinimum=0), {f"{POST}.age: minimum": BREAKING}),
    Mutation("any number", _body_field("age", type="number"), {f"{POST}.age: type": ADDITIVE}),
    Mutation("null to send", _body_field("age", type=["integer", "null"]), {f"{POST}.age: null": ADDITIVE}),
    Mutation("a longer list", _body_field("tags", maxItems=9), {f"{POST}.tags: maxItems": ADDITIVE}),
    Mutation("items of another type", _body_field("tags", items={"type": "integer"}), {f"{POST}.tags[]: type": BREAKING}),
    Mutation(
        "free names with other values",
        _body_field("labels", additionalProperties={"type": "integer"}),
        {f"{POST}.labels{{}}: type": BREAKING},
    ),
    Mutation("a status less", lambda d, _: _list(d)["responses"].pop("404"), {"GET /pets 404: status": OURS}),
    Mutation("a status more", lambda d, _: _set(_list(d)["responses"], **{"429": {}}), {"GET /pets 429: status": ADDITIVE}),
    Mutation(
        "a role less", lambda d, _: _list(d)["x-required-roles"][0]["roles"].remove("viewer"), {"GET /pets: roles": BREAKING}
    ),
    Mutation(
        "a role more", lambda d, _: _list(d)["x-required-roles"][0]["roles"].append("guest"), {"GET /pets: roles": ADDITIVE}
    ),
    Mutation(
        "a branch more to come",
        lambda d, s: (
            _set(s, Cow={"$ref": "#/components/schemas/Base"}),
            _set(s["Pet"]["discriminator"]["mapping"], cow="#/components/schemas/Cow"),
        ),
        {"GET /pets 200[]: branches": BREAKING},
    ),
    Mutation(
        "a branch less to come", lambda d, s: s["Pet"]["discriminator"]["mapping"].pop("dog"), {"GET /pets 200[]: branches": OURS}
    ),
    Mutation(
        "another discriminator",
        lambda d, s: _set(s["Pet"]["discriminator"], propertyName="mood"),
        {"GET /pets 200[]: discriminator": BREAKING},
    ),
    Mutation(
        "one schema for a union",
        lambda d, s: s.update(Pet={"$ref": "#/components/schemas/Base"}),
        {"GET /pets 200[]: union": BREAKING},
    ),
    Mutation("a field less to come", lambda d, _: _base(d)["properties"].pop("note"), _both_ways("", "member note", OURS)),
    Mutation("a field more to come", lambda d, _: _set(_base(d)["properties"], hue={}), _both_ways("", "member hue", ADDITIVE)),
    Mutation(
        "a field that need not come", lambda d, _: _set(_base(d), required=["kind"]), _both_ways("", "presence of name", BREAKING)
    ),
    Mutation(
        "a field that has to come", lambda d, _: _base(d)["required"].append("note"), _both_ways("", "presence of note", OURS)
    ),
    Mutation("a value more to come", _base_field("mood", enum=["calm", "wild", "sad"]), _told("mood", "values", BREAKING)),
    Mutation("a value less to come", _base_field("mood", enum=["calm"]), _told("mood", "values", OURS)),
    Mutation("null to come", _base_field("note", type=["string", "null"]), _told("note", "null", BREAKING)),
    Mutation("no null to come", _base_field("weight", type="number"), _told("weight", "null", OURS)),
    Mutation("longer texts to come", _base_field("name", maxLength=50), _told("name", "maxLength", BREAKING)),
    Mutation("another pattern", _base_field("name", pattern="^[a-z-]+$"), _told("name", "pattern", BREAKING)),
    Mutation("a pattern without anchors", _base_field("name", pattern="[a-z]+"), _told("name", "anchors of a pattern", BREAKING)),
    Mutation("another type to come", _base_field("note", type="integer"), _told("note", "type", BREAKING)),
    Mutation(
        "a field of one branch",
        lambda d, s: s["Cat"]["allOf"][1]["properties"].update(lives={"type": "string"}),
        {"GET /pets 200[]<cat>.lives: type": BREAKING},
    ),
)
