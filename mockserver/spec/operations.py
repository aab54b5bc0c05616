"""Operations: what the document says about each, read once, and the way from a path to one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from mockserver.domain.access import RequiredRoles
from mockserver.domain.errors import Refused
from mockserver.domain.secrecy import NO_SECRETS, Shape, joined
from mockserver.spec.bodies import JSON, MULTIPART, URLENCODED, Reader, read_json
from mockserver.spec.document import Document, Place
from mockserver.spec.forms import FormReader, as_input, read_urlencoded
from mockserver.spec.pruning import Pruner, Pruners
from mockserver.spec.schemas import Validator, Validators
from mockserver.spec.secrecy import Shapes

METHODS = ("get", "put", "post", "delete", "patch")
_CREATED = 201


@dataclass(frozen=True, slots=True)
class Parameter:
    """A path, query or header parameter; `type` says how its text is read."""

    name: str
    location: str
    required: bool
    type: str
    default: Any
    validator: Validator


@dataclass(frozen=True, slots=True)
class BodyForm:
    """A body of one media type: how it is read, what holds it against its schema, what makes of it what a handler gets."""

    read: Reader
    validator: Validator
    prune: Pruner


@dataclass(frozen=True, slots=True)
class BodySpec:
    """What body an operation takes, by media type; JSON is always among them."""

    required: bool
    forms: Mapping[str, BodyForm]

    @property
    def validator(self) -> Validator:
        """What holds a JSON body against its schema."""
        return self.forms[JSON].validator


@dataclass(frozen=True, slots=True)
class Secrecy:
    """Where an operation has secrets: in the body that it takes, and in its answers, which show them only where `is_shown`."""

    request: Shape = NO_SECRETS
    answer: Shape = NO_SECRETS
    is_shown: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the document. `stream_field` is the body field that asks for a stream, if there is one.

    `statuses` are those of the answers that the document declares; `is_public` says that it asks for no credential,
    `has_oauth_errors` that its refusals have the members of OAuth 2 besides.
    """

    id: str
    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]
    body: BodySpec | None
    roles: RequiredRoles
    stream_field: str | None
    statuses: frozenset[int]
    is_public: bool
    has_oauth_errors: bool
    secrecy: Secrecy

    @property
    def creates(self) -> bool:
        """Whether something is made: an answer 201 says so."""
        return _CREATED in self.statuses


@dataclass(frozen=True, slots=True)
class Route:
    """An operation, and the texts of its path parameters, decoded."""

    operation: Operation
    path_parameters: Mapping[str, str]


class Operations:
    """All operations of a document, by id and by path."""

    def __init__(self, document: Document) -> None:
        validators, pruners, shapes = Validators(document), Pruners(document), Shapes(document)
        self.by_id: dict[str, Operation] = {}
        self._by_shape: dict[tuple[str | None, ...], dict[str, Operation]] = {}
        for template, item in document.paths():
            for method in METHODS:
                if method in item.node:
                    secrecy = _secrecy(shapes, Place(item.uri, item.node[method]))
                    operation = _operation(document, validators, pruners, template, item, method, secrecy)
                    self.by_id[operation.id] = operation
                    self._by_shape.setdefault(_shape(template), {})[method.upper()] = operation

    @property
    def listed_secrets(self) -> Shape:
        """Where listings have secrets: an object that holds several lists, each under the name that the document gives it."""
        return joined(*(operation.secrecy.answer for operation in self.by_id.values() if operation.method == "GET"))

    @property
    def tool_secrets(self) -> Shape:
        """Where the configuration of an agent's tool has secrets."""
        tools = self.by_id["createAgent"].secrecy.request.of("tool_configurations") if "createAgent" in self.by_id else NO_SECRETS
        return tools.others or NO_SECRETS

    def route(self, method: str, path: str) -> Route:
        """Find the operation for a path. Raises Refused SM207 for an unknown path, SM208 for a wrong method."""
        segments, methods = self._at(path)
        if not methods:
            raise Refused("SM207", f"There is nothing at {path}.", missing_id=path)
        return _chosen(methods, method, segments, path)

    def methods(self, path: str) -> tuple[str, ...]:
        """Return the methods that a path has, HEAD with GET; none where there is nothing."""
        _, methods = self._at(path)
        return tuple(sorted({*methods, *(["HEAD"] if "GET" in methods else [])}))

    def _at(self, path: str) -> tuple[list[str], Mapping[str, Operation]]:
        segments = path.removeprefix("/").split("/")
        for shape, methods in self._by_shape.items():
            if len(shape) == len(segments) and all(fixed in (None, text) for fixed, text in zip(shape, segments, strict=True)):
                return segments, methods
        return segments, {}


def _chosen(methods: Mapping[str, Operation], method: str, segments: list[str], path: str) -> Route:
    operation = methods.get("GET" if method == "HEAD" else method)
    if operation is None:
        allowed = ", ".join(sorted(methods))
        raise Refused("SM208", f"{path} has no {method}; it has {allowed}.", fields={"Allow": allowed})
    names = operation.path.removeprefix("/").split("/")
    values = {name[1:-1]: unquote(text) for name, text in zip(names, segments, strict=True) if name.startswith("{")}
    return Route(operation, values)


def _shape(template: str) -> tuple[str | None, ...]:
    """Return the fixed segments of a path template, None for a parameter."""
    return tuple(None if segment.startswith("{") else segment for segment in template.removeprefix("/").split("/"))


def _operation(
    document: Document, validators: Validators, pruners: Pruners, template: str, item: Place, method: str, secrecy: Secrecy
) -> Operation:
    node = item.node[method]
    declared = [*item.node.get("parameters", ()), *node.get("parameters", ())]
    return Operation(
        id=node["operationId"],
        method=method.upper(),
        path=template,
        summary=node.get("summary", ""),
        parameters=tuple(_parameter(document, validators, Place(item.uri, parameter)) for parameter in declared),
        body=_body(document, validators, pruners, Place(item.uri, node["requestBody"])) if "requestBody" in node else None,
        roles=_roles(node.get("x-required-roles", ())),
        stream_field=node.get("x-stream-based-on-body"),
        statuses=frozenset(int(status) for status in node["responses"]),
        is_public=node.get("security") == [],
        has_oauth_errors=node.get("x-oauth-errors", False),
        secrecy=secrecy,
    )


def _secrecy(shapes: Shapes, place: Place) -> Secrecy:
    body = Place(place.uri, place.node.get("requestBody", {}))
    answers = Place(place.uri, place.node["responses"])
    return Secrecy(shapes.of_body(body), shapes.of_answers(answers), is_shown=place.node.get("x-shows-secrets", False))


def _parameter(document: Document, validators: Validators, place: Place) -> Parameter:
    place = document.follow(place)
    node = place.node
    schema = document.follow(Place(place.uri, node["schema"]))
    return Parameter(
        name=node["name"],
        location=node["in"],
        required=node.get("required", False),
        type=schema.node.get("type", "string"),
        default=schema.node.get("default"),
        validator=validators.compiled(schema),
    )


def _body(document: Document, validators: Validators, pruners: Pruners, place: Place) -> BodySpec:
    place = document.follow(place)
    forms = {
        media_type: _form(document, validators, pruners, media_type, Place(place.uri, node))
        for media_type, node in place.node["content"].items()
    }
    return BodySpec(required=place.node.get("required", False), forms=forms)


def _form(document: Document, validators: Validators, pruners: Pruners, media_type: str, place: Place) -> BodyForm:
    schema = Place(place.uri, place.node["schema"])
    validator, prune = validators.compiled(schema), pruners.of(schema)
    if media_type == MULTIPART:
        return BodyForm(FormReader(document, place), validator, lambda value: as_input(prune(value)))
    return BodyForm(read_urlencoded if media_type == URLENCODED else read_json, validator, prune)


def _roles(entries: Any) -> RequiredRoles:
    roles: dict[str, frozenset[str]] = {entry["type"]: frozenset(entry["roles"]) for entry in entries}
    api, agent, corpus = (roles.get(kind, frozenset()) for kind in ("ApiRole", "AgentRole", "CorpusRole"))
    return RequiredRoles(api=api, agent=agent, corpus=corpus)
