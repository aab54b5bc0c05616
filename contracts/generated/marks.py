"""The run's id in generated bodies: what they make is told from what others made, and their secrets from other words."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from jsonschema_rs import Draft202012Validator

from contracts.checks.secrecy import secrets_in
from contracts.collections import collections
from contracts.operations import Operation
from contracts.pointers import follow, steps_to
from contracts.schemas import JSON, asked, body_of


def marked(operation: Operation, body: Any, key: Callable[[str], str]) -> Any:
    """Return a body whose key and name bear the run's id, as far as that makes neither a valid one invalid nor the reverse.

    Only what stands on its own is marked, where it is made and where it is changed; its key stays as the path names it.
    `key` makes a new key of the run. As much of what was generated is kept as there is room for.
    """
    if not operation.request_body or not isinstance(body, dict):
        return body
    for field in _names_of_its_own(operation):
        if isinstance(body.get(field), str):
            body = _with_mark(body, [field], key(operation.collection), body_of(operation))
    return body


def with_secrets_of_the_run(operation: Operation, body: Any, key: Callable[[str], str], media_type: str = JSON) -> Any:
    """Return a body whose secrets bear the run's id, as far as that makes neither a valid one invalid nor the reverse.

    A target masks a secret wherever it stands, in refusals too: one that is a word (`session`) would spoil what they say.
    """
    for pointer, text in list(secrets_in(body, asked(operation, media_type))):
        if text:
            body = _with_mark(body, steps_to(pointer, body), key("secret"), body_of(operation, media_type))
    return body


def _names_of_its_own(operation: Operation) -> Sequence[str]:
    """Return the members that name what an operation makes or changes, if that stands on its own."""
    root, _, last = operation.path.partition("/{")
    collection = collections().get(root)
    if collection is None or "/" in last:
        return ()
    return [name for name in collection.marks if name == "name" or not operation.parameters]


def _with_mark(body: Any, steps: list[str | int], mark: str, validator: Draft202012Validator) -> Any:
    is_valid = validator.is_valid(body)
    for text in _with_room(mark, follow(steps, body)):
        changed = _replaced(body, steps, text)
        if validator.is_valid(changed) == is_valid:
            return changed
    return body


def _replaced(body: Any, steps: list[str | int], text: str) -> Any:
    """Return a body with another text in a place; the body given stays as it is."""
    if not steps:
        return text
    changed = body.copy()
    changed[steps[0]] = _replaced(body[steps[0]], steps[1:], text)
    return changed


def _with_room(mark: str, text: str) -> Iterator[str]:
    """Put a mark before a text: in its length, behind it, in its place. The whole mark is always there."""
    if len(text) > len(mark):
        yield mark + text[len(mark) :]
    yield f"{mark}-{text}"
    yield mark
