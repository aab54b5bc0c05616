"""What there is to cover: the dimensions, each with all its places, from the document and from the tables of the suites."""

from collections.abc import Iterator, Mapping
from functools import cache

import yaml

import openapi
from contracts.coverage.filter_language import OPERATORS
from contracts.operations import operations
from contracts.templating.forms import FORMS, OVERRIDE_FORMS

OPERATION, ROLE, EVENT, OPERATOR, FORM = "operation", "role", "event", "operator", "form"
MEANINGS: Mapping[str, str] = {
    OPERATION: "operations of the document that did what they are there for (2xx)",
    ROLE: "roles of `x-required-roles` that somebody asked with who has no other",
    EVENT: "types of events and frames that came in an answer or a stream",
    OPERATOR: "operators of the filter language in a filter that was taken",
    FORM: "documented forms of templates and pinned arguments that were taken",
}
"""The dimensions in the order in which they are told, and what their places are."""

_UNIONS = (("events.yaml", "AgentEvent"), ("stream.yaml", "AgentStreamedResponse"))


@cache
def places() -> Mapping[str, tuple[str, ...]]:
    """Return all places by dimension, each once and in the order of their source."""
    return {
        OPERATION: tuple(operation.id for operation in operations()),
        ROLE: tuple(dict.fromkeys(_roles())),
        EVENT: tuple(dict.fromkeys(_events())),
        OPERATOR: OPERATORS,
        FORM: tuple(form.name for form in (*FORMS, *OVERRIDE_FORMS)),
    }


def role_name(role: str, kind: str) -> str:
    """Name a role on the account (`api`), or on a single agent or corpus."""
    return role if kind == "api" else f"{role} on one {kind}"


def _roles() -> Iterator[str]:
    for kind in ("api", "agent", "corpus"):
        for operation in operations():
            roles = {"api": operation.api_roles, "agent": operation.agent_roles, "corpus": operation.corpus_roles}
            yield from (role_name(role, kind) for role in sorted(roles[kind]))


def _events() -> Iterator[str]:
    """The types that the unions of the document tell apart."""
    for file, name in _UNIONS:
        text = (openapi.DOCUMENT.parent / "schemas" / file).read_text("utf-8")
        yield from yaml.load(text, Loader=yaml.CSafeLoader)[name]["discriminator"]["mapping"]
