"""Read a request's raw parts as the document says: cast, validate, name every fault at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from mockserver.domain.artifacts import Upload
from mockserver.domain.errors import Refused
from mockserver.domain.values import JsonObject
from mockserver.spec.bodies import MULTIPART, Content
from mockserver.spec.forms import BOOLEANS
from mockserver.spec.operations import BodySpec, Operation, Parameter, Route


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request as it came: header names in lower case, the path without its query, the body whole."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class ValidRequest:
    """A request that the document allows: parameters by name with their defaults, the body decoded, the files with it."""

    operation: Operation
    parameters: Mapping[str, Any]
    body: JsonObject
    files: tuple[Upload, ...] = ()


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """How many bytes a body may have, by the settings of the same names."""

    max_body_bytes: int
    max_upload_bytes: int

    @property
    def longest(self) -> int:
        """The longest body that any request may have."""
        return max(self.max_body_bytes, self.max_upload_bytes)


def validated(route: Route, request: RawRequest, limits: BodyLimits) -> ValidRequest:
    """Hold a request against the document. Raises Refused SM201 to SM206, SM211 and SM220 to SM228, naming the fields."""
    parameters = _parameters(route, request)
    if route.operation.body is None:
        return ValidRequest(route.operation, parameters, {})
    content = _body(route.operation.body, request, limits)
    return ValidRequest(route.operation, parameters, content.value, content.files)


def _parameters(route: Route, request: RawRequest) -> dict[str, Any]:
    given = {
        "path": route.path_parameters,
        "query": _query(request.query, route.operation),
        "header": request.headers,
    }
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for parameter in route.operation.parameters:
        name = parameter.name.lower() if parameter.location == "header" else parameter.name
        text = given[parameter.location].get(name)
        if text is None:
            values[parameter.name] = parameter.default
            wrong |= {parameter.name: "is required"} if parameter.required else {}
            continue
        value = _cast(text, parameter)
        if problems := parameter.validator.problems(value):
            wrong[parameter.name] = next(iter(problems.values()))
        values[parameter.name] = value
    if wrong:
        raise Refused("SM204", _told("The request has invalid parameters", wrong), fields=wrong)
    return values


def _query(query: str, operation: Operation) -> dict[str, Any]:
    """Read the query: a list for a parameter that is an array (given once for each entry), one text for any other."""
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
    values: dict[str, Any] = {}
    for parameter in operation.parameters:
        given = [value for name, value in pairs if name == parameter.name]
        if parameter.location != "query" or not given:
            continue
        if parameter.type == "array":
            values[parameter.name] = given
        elif len(given) > 1:
            raise Refused("SM211", f"{parameter.name} is given more than once.", fields={parameter.name: "takes one value"})
        else:
            values[parameter.name] = given[0]
    return values


def _cast(text: Any, parameter: Parameter) -> Any:
    """Read the text as the parameter's type; left as it is where it does not fit, for the validator to say so."""
    if parameter.type == "array":
        return text
    if parameter.type == "integer" and text.isascii() and text.removeprefix("-").isdigit() and len(text) < 20:  # noqa: PLR2004
        return int(text)
    if parameter.type == "boolean":
        return BOOLEANS.get(text.lower(), text)
    return text


def _body(spec: BodySpec, request: RawRequest, limits: BodyLimits) -> Content:
    content_type = request.headers.get("content-type", "")
    media_type = content_type.partition(";")[0].strip().lower()
    form = spec.forms.get(media_type)
    _check_size(request.body, "max_upload_bytes" if form and media_type == MULTIPART else "max_body_bytes", limits)
    if not request.body and spec.required:
        raise Refused("SM202", "The request needs a body: a JSON object, {} at the least.", fields={"/": "is required"})
    if form is None:
        sent = f"is {media_type}" if media_type else "is not stated"
        raise Refused("SM205", f"The media type of the body {sent}; send Content-Type: {' or '.join(spec.forms)}.")
    content = form.read(request.body, content_type)
    if wrong := form.validator.problems(content.value):
        raise Refused("SM203", _told("The body does not fit the operation", wrong), fields=wrong)
    return Content(form.prune(content.value), content.files)


def _check_size(body: bytes, setting: str, limits: BodyLimits) -> None:
    limit = getattr(limits, setting)
    if len(body) > limit:
        raise Refused("SM206", f"The body is over the limit of {limit} bytes (setting {setting}).")


def _told(opening: str, wrong: Mapping[str, str]) -> str:
    listed = "; ".join(f"{field} {reason}" for field, reason in list(wrong.items())[:5])
    more = f"; and {len(wrong) - 5} more" if len(wrong) > 5 else ""  # noqa: PLR2004 - as many as a person reads
    return f"{opening}: {listed}{more}."
