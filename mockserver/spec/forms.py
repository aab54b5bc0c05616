"""Read a form by its schema and its `encoding`: which parts are JSON, text or files, and which may come several times.

The API has one such form, that of an input with files (api-facts §4.2), and `as_input` gives it the shape of the JSON input.
The other forms, of requests for tokens, hold texts alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

import orjson

from mockserver.domain.artifacts import Upload, upload_of
from mockserver.domain.errors import Refused
from mockserver.domain.values import JsonObject
from mockserver.spec.bodies import Content, decoded
from mockserver.spec.document import Document, Place
from mockserver.spec.multipart import Part, parts_of

BOOLEANS = {"true": True, "false": False}
_Decode: TypeAlias = Callable[[Part], Any]


@dataclass(frozen=True, slots=True)
class _Field:
    """A property of the form: how one part is decoded, and whether several make up its value."""

    decode: _Decode | None
    is_list: bool


class FormReader:
    """Reads the multipart bodies of one operation. An `anyOf` in the schema names parts of which one is needed."""

    def __init__(self, document: Document, place: Place) -> None:
        """Read from the media type object at a place what each part is."""
        schema = document.follow(Place(place.uri, place.node["schema"]))
        encodings = place.node.get("encoding", {})
        self._fields = {
            name: _field(document.follow(Place(schema.uri, node)).node, encodings.get(name, {}).get("contentType", "text/plain"))
            for name, node in schema.node["properties"].items()
        }
        self._needed = [branch["required"][0] for branch in schema.node.get("anyOf", ())]

    def __call__(self, raw: bytes, content_type: str) -> Content:
        """Read a body; unknown parts are ignored. Raises Refused SM201 and SM220 to SM228, naming the part."""
        values: dict[str, Any] = {}
        files: list[Upload] = []
        for part in parts_of(raw, content_type):
            field = self._fields.get(part.name)
            if field is None:
                continue
            if field.decode is None:
                files.append(_upload(part))
                values.setdefault(part.name, []).append(files[-1].filename)
            elif field.is_list:
                value = field.decode(part)
                values.setdefault(part.name, []).extend(value if isinstance(value, list) else [value])
            elif part.name in values:
                raise Refused("SM224", f"The form has {part.name} more than once.", fields={f"/{part.name}": "takes one value"})
            else:
                values[part.name] = field.decode(part)
        if self._needed and not any(values.get(name) for name in self._needed):
            listed = ", ".join(self._needed)
            raise Refused(
                "SM226", f"The form says nothing: it needs one of the parts {listed}.", fields={"/": f"needs one of {listed}"}
            )
        return Content(values, tuple(files))


def as_input(form: Mapping[str, Any]) -> JsonObject:
    """Write a form that fits its schema as a JSON input: the deprecated `message` becomes a text where there are no `messages`.

    `messages` is empty where files came without words.
    """
    text = form.get("message")
    messages = form.get("messages") or ([{"type": "text", "content": text}] if text else [])
    return {"type": "input_message", "messages": messages} | {
        name: value for name, value in form.items() if name not in {"message", "messages", "files"}
    }


def read_urlencoded(raw: bytes, content_type: str) -> Content:  # noqa: ARG001 - it has no parameters; every reader gets them
    """Read a form of texts. An empty one counts as left out (RFC 6749 §4). Raises Refused SM224 and SM225, naming the field."""
    try:
        pairs = parse_qsl(raw.decode("utf-8"), errors="strict")
    except UnicodeDecodeError as error:
        raise Refused("SM225", "The form is not UTF-8 text.", fields={"/": "is not UTF-8 text"}) from error
    values: dict[str, str] = {}
    for name, text in pairs:
        if name in values:
            raise Refused(
                "SM224",
                "The form has a name more than once.",
                fields={f"/{name.replace('~', '~0').replace('/', '~1')}": "takes one value"},
            )
        values[name] = text
    return Content(values)


def _field(schema: Mapping[str, Any], content_type: str) -> _Field:
    is_list = schema.get("type") == "array"
    if is_list and schema["items"].get("format") == "binary":
        return _Field(None, is_list)
    if schema.get("type") == "boolean":
        return _Field(_boolean, is_list)
    if "json" not in content_type:
        return _Field(_text, is_list)
    return _Field(_word if schema.get("type") == "string" else _json, is_list)


def _upload(part: Part) -> Upload:
    if part.filename is None:
        message = f"A part {part.name} of the form has no file name: send it as a file, with curl -F {part.name}=@PATH."
        raise Refused("SM228", message, fields={f"/{part.name}": "must be a file, with a filename"})
    return upload_of(part.filename, part.media_type, part.data)


def _text(part: Part) -> str:
    try:
        return part.data.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"The part {part.name} of the form is not UTF-8 text."
        raise Refused("SM225", message, fields={f"/{part.name}": "is not UTF-8 text"}) from error


def _json(part: Part) -> Any:
    return decoded(part.data, what=f"The part {part.name} of the form", field=f"/{part.name}")


def _word(part: Part) -> Any:
    """Read a text that stands in the part as it is, or as a JSON string."""
    text = _text(part).strip()
    try:
        return orjson.loads(text) if text.startswith('"') else text
    except orjson.JSONDecodeError:
        return text


def _boolean(part: Part) -> Any:
    """Read true and false, in any case; anything else is left for the validator to refuse."""
    word = _word(part)
    return BOOLEANS.get(word.lower(), word)
