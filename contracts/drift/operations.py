"""Compares the operations that two documents both have: parameters, bodies, answers, roles."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from contracts.drift.differences import Difference, Level, Way
from contracts.drift.reading import ROLES, Document, Place
from contracts.drift.schemas import Comparison

Operation = tuple[Place, Place]
_EVENTS = "text/event-stream"
_PARSED_EVENT = {"event", "data", "id", "retry"}
_NAME = re.compile(r"\{[^}]*\}")


def compare(ours: Document, theirs: Document) -> tuple[Difference, ...]:
    """Tell all differences, the operations that only one side has among them, each once, in the order of our document."""
    schemas = Comparison(ours, theirs)
    known = {_shape(key): key for key in theirs.operations}
    found: list[Difference] = []
    for key, operation in ours.operations.items():
        there = known.pop(_shape(key), None)
        name = f"{key[0]} {key[1]}"
        if there is None:
            found.append(_told(name, "operation", Level.OURS, "there", "missing", operation[1]))
        else:
            found += _operation(schemas, name, operation, theirs.operations[there])
    found += [
        _told(f"{method} {path}", "operation", Level.ADDITIVE, "missing", "there", ours.root)
        for method, path in sorted(known.values(), key=lambda key: (key[1], key[0]))
    ]
    return tuple(replace(one, file=os.path.relpath(one.file, ours.file.parent)) for one in found)


def _shape(key: tuple[str, str]) -> tuple[str, str]:
    """What names an operation whatever its parameters are called."""
    return key[0], _NAME.sub("{}", key[1])


def _operation(schemas: Comparison, name: str, ours: Operation, theirs: Operation) -> Iterator[Difference]:
    yield from _parameters(schemas, name, ours, theirs)
    yield from _request_body(schemas, name, ours[1], theirs[1])
    yield from _answers(schemas, name, ours[1], theirs[1])
    yield from _roles(name, ours[1], theirs[1], told_there=schemas.theirs.tells_roles)


def _parameters(schemas: Comparison, name: str, ours: Operation, theirs: Operation) -> Iterator[Difference]:
    """Compare parameters by where and how they are called; those of the path by their order."""
    said, said_there = _named(schemas.ours, ours), _named(schemas.theirs, theirs)
    for key in sorted({*said, *said_there}):
        where = f"{name} {key[0]} {key[1]}"
        mine, other = said.get(key), said_there.get(key)
        if mine is None or other is None:
            yield _one_sided(where, mine, other, ours[1])
            continue
        required, required_there = (bool(one.node.get("required")) for one in (mine, other))
        if required != required_there:
            level = Level.BREAKING if required_there else Level.ADDITIVE
            yield _told(where, "presence", level, _presence(required), _presence(required_there), mine)
        yield from _schemas(schemas, Way.REQUEST, where, mine, other)


def _one_sided(where: str, mine: Place | None, other: Place | None, operation: Place) -> Difference:
    if mine is not None:
        return _told(where, "parameter", Level.OURS, "there", "missing", mine)
    is_needed = bool(other is not None and other.node.get("required"))
    return _told(where, "parameter", Level.BREAKING if is_needed else Level.ADDITIVE, "missing", _presence(is_needed), operation)


def _named(document: Document, operation: Operation) -> dict[tuple[str, str], Place]:
    found: dict[tuple[str, str], Place] = {}
    in_path = 0
    for place in operation:
        given = place.node.get("parameters", ())
        for parameter in (document.follow(place.at("parameters", number)) for number in range(len(given))):
            kind, name = parameter.node["in"], str(parameter.node["name"])
            if kind == "path":
                name, in_path = str(in_path), in_path + 1
            found[kind, name.lower() if kind == "header" else name] = parameter
    return found


def _request_body(schemas: Comparison, name: str, ours: Place, theirs: Place) -> Iterator[Difference]:
    bodies = [
        body and document.follow(body)
        for document, body in ((schemas.ours, ours.get("requestBody")), (schemas.theirs, theirs.get("requestBody")))
    ]
    mine, other = bodies
    if mine is None or other is None:
        if mine is not None or other is not None:
            is_needed = bool(other is not None and other.node.get("required"))
            level = Level.OURS if other is None else Level.BREAKING if is_needed else Level.ADDITIVE
            yield _told(f"{name} body", "body", level, _there(mine), _there(other), mine or ours)
        return
    required, required_there = (bool(body.node.get("required")) for body in (mine, other))
    if required != required_there:
        level = Level.BREAKING if required_there else Level.ADDITIVE
        yield _told(f"{name} body", "presence", level, _presence(required), _presence(required_there), mine)
    yield from _content(schemas, Way.REQUEST, f"{name} body", mine, other)


def _answers(schemas: Comparison, name: str, ours: Place, theirs: Place) -> Iterator[Difference]:
    said, said_there = ({str(code): code for code in operation.node.get("responses", {})} for operation in (ours, theirs))
    for status in sorted({*said, *said_there}):
        where = f"{name} {status}"
        if status not in said_there:
            yield _told(where, "status", Level.OURS, "declared", "missing", ours)
        elif status not in said:
            yield _told(where, "status", Level.ADDITIVE, "missing", "declared", ours)
        else:
            mine = schemas.ours.follow(ours.at("responses", said[status]))
            other = schemas.theirs.follow(theirs.at("responses", said_there[status]))
            yield from _content(schemas, Way.RESPONSE, where, mine, other)


def _content(schemas: Comparison, way: Way, where: str, ours: Place, theirs: Place) -> Iterator[Difference]:
    """Compare what may be sent or come, media type by media type."""
    said, said_there = (_media_types(place) for place in (ours, theirs))
    for kind in sorted({*said, *said_there}):
        inside = where if kind == "application/json" else f"{where} ({kind})"
        if kind not in said_there:
            level = Level.BREAKING if way is Way.REQUEST else Level.OURS
            yield _told(inside, "media type", level, "there", "missing", said[kind])
        elif kind not in said:
            yield _told(inside, "media type", Level.ADDITIVE, "missing", "there", ours)
        else:
            yield from _schemas(schemas, way, inside, said[kind], said_there[kind])


def _media_types(place: Place) -> Mapping[str, Place]:
    return {kind.partition(";")[0].strip().lower(): place.at("content", kind) for kind in place.node.get("content") or ()}


def _schemas(schemas: Comparison, way: Way, where: str, ours: Place, theirs: Place) -> Iterator[Difference]:
    said, said_there = ours.get("schema"), theirs.get("schema")
    if said and said_there:
        mine, other = _event(schemas.ours, where, said), _event(schemas.theirs, where, said_there)
        yield from schemas.compare(way, where, (mine,), (other,))


def _event(document: Document, where: str, schema: Place) -> Place:
    """Return what an event of a stream carries: some documents describe the parsed event, `{event, data}`, others its data."""
    followed = document.follow(schema)
    members = followed.node.get("properties", {}) if where.endswith(f"({_EVENTS})") and isinstance(followed.node, dict) else {}
    if "data" not in members or not members.keys() <= _PARSED_EVENT:
        return schema
    data = followed.at("properties", "data")
    return data.get("contentSchema") or data


def _roles(name: str, ours: Place, theirs: Place, *, told_there: bool) -> Iterator[Difference]:
    """Compare who may call it. Who may there and not here gets more; who may here and not there is refused.

    A document that tells no roles of any operation leaves them open.
    """
    said, said_there = (_permitted(place) for place in (ours, theirs))
    if said == said_there:
        return
    if missing := said - said_there:
        level = Level.BREAKING if told_there else Level.OURS
        yield _told(name, "roles", level, ", ".join(sorted(missing)), "missing", ours)
    if added := said_there - said:
        yield _told(name, "roles", Level.ADDITIVE, "missing", ", ".join(sorted(added)), ours)


def _permitted(operation: Place) -> frozenset[str]:
    required: Any = operation.node.get(ROLES, ())
    return frozenset(f"{entry['type']} {role}" for entry in required for role in entry["roles"])


def _told(where: str, kind: str, level: Level, ours: str, theirs: str, place: Place) -> Difference:
    return Difference(where, kind, level, ours, theirs, str(place.file), place.pointer)


def _presence(is_required: bool) -> str:
    return "required" if is_required else "optional"


def _there(body: Place | None) -> str:
    return "missing" if body is None else "there"
