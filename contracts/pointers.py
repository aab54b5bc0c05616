"""JSON pointers (RFC 6901): a place in a JSON value as a text."""

from typing import Any


def below(pointer: str, name: str) -> str:
    """Return the pointer to a member of what a pointer leads to."""
    return f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"


def steps_to(pointer: str, value: Any) -> list[str | int]:
    """Return the names and indexes by which a pointer leads through a value. Raises KeyError or IndexError where nothing is."""
    steps = list[str | int]()
    for step in pointer.split("/")[1:]:
        steps.append(int(step) if isinstance(value, list) else step.replace("~1", "/").replace("~0", "~"))
        value = value[steps[-1]]
    return steps


def follow(steps: list[str | int], value: Any) -> Any:
    """Return what the steps lead to."""
    for step in steps:
        value = value[step]
    return value
