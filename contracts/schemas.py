"""The schemas of the document, compiled: whether a body is one that an operation describes."""

from functools import cache
from urllib.parse import urljoin

import jsonschema_rs
import yaml
from jsonschema_rs import Draft202012Validator, Registry

import openapi
from contracts.operations import Operation

_BASE = "sessions:///"
JSON, FORM = "application/json", "multipart/form-data"


@cache
def body_of(operation: Operation, media_type: str = JSON) -> Draft202012Validator:
    """Return the validator of an operation's bodies of a media type that the document gives it."""
    place = f"{operation.request_body}/content/{media_type.replace('/', '~1')}/schema"
    return Draft202012Validator({"$ref": urljoin(_BASE, place)}, registry=_registry())


@cache
def _registry() -> Registry:
    folder = openapi.DOCUMENT.parent
    files = (
        (urljoin(_BASE, file.relative_to(folder).as_posix()), yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader))
        for file in sorted(folder.rglob("*.yaml"))
    )
    return Registry(list(files), draft=jsonschema_rs.Draft202012)
