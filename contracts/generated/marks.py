"""The run's id in generated bodies: what they ask to be made is told from what others made, before it is there."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jsonschema_rs import Draft202012Validator

from contracts.collections import collections
from contracts.operations import Operation
from contracts.schemas import body_of


def marked(operation: Operation, body: Any, key: Callable[[str], str]) -> Any:
    """Return a body whose key and name bear the run's id, as far as that makes neither a valid one invalid nor the reverse.

    Only what stands on its own is marked, where it is made and where it is changed; its key stays as the path names it.
    `key` makes a new key of the run. As much of what was generated is kept as there is room for.
    """
    root, _, last = operation.path.partition("/{")
    collection = collections().get(root)
    if collection is None or "/" in last or not operation.request_body or not isinstance(body, dict):
        return body
    fields = [name for name in collection.marks if name == "name" or not operation.parameters]
    for field in fields:
        if isinstance(body.get(field), str):
            body = _with_mark(body, field, key(operation.collection), body_of(operation))
    return body


def _with_mark(body: Mapping[str, Any], field: str, mark: str, validator: Draft202012Validator) -> dict[str, Any]:
    is_valid = validator.is_valid(body)
    for text in _with_room(mark, body[field]):
        changed = {**body, field: text}
        if validator.is_valid(changed) == is_valid:
            return changed
    return dict(body)


def _with_room(mark: str, text: str) -> Iterator[str]:
    """Put a mark before a text: in its length, behind it, in its place. The whole mark is always there."""
    if len(text) > len(mark):
        yield mark + text[len(mark) :]
    yield f"{mark}-{text}"
    yield mark
