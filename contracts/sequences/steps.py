"""A sequence of requests in which what changes from time to time is a variable: it can be written down, and carried out again.

Variables are the run's id, which every name that the run chose bears; credentials, which never show; and what the server made
(ids, keys, cursors, secrets), taken from the answer in which it came first.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from contracts.collections import collections
from contracts.sequences.forms import Form
from contracts.sequences.names import At
from contracts.sequences.texts import Text
from contracts.wire.exchange import Exchange

RUN, REMOVER = "RUN", "API_KEY"


@dataclass(frozen=True, slots=True)
class Capture:
    """Where an answer gives a variable its value: in its JSON, or in that of the `frame`th frame of a type of its stream."""

    name: str
    at: At
    frame: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A request with variables, what is captured of its answer, and what was said; `told` is the answer without credentials.

    `made` is the path of what it made and has to be removed in the end; `pause` are the seconds that nothing was said before it.
    """

    method: str
    target: Text
    headers: tuple[tuple[str, Text], ...]
    body: Text | bytes | Form
    captures: tuple[Capture, ...]
    exchange: Exchange
    told: str = ""
    made: Text = ()
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Steps:
    """A sequence. `needed` are its credentials by variable, with what each is; `values` are variables by the values they had."""

    steps: tuple[Step, ...]
    needed: Mapping[str, tuple[str, str]]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """What a run knows: its id, the part of the path that all URLs have, its credentials by variable, and what is no secret.

    The credential `API_KEY`, which removes what was made, has to be there.
    """

    run_id: str
    base_path: str
    credentials: Mapping[str, tuple[str, str]]
    harmless: frozenset[str] = frozenset()


def made_by(exchange: Exchange, base_path: str) -> str:
    """Return the path of what a request made and that does not go with another thing; nothing where it made no such thing.

    Sessions of an alias are among it: they keep it from being removed.
    """
    place, answer = exchange.place.removeprefix(base_path), exchange.json
    is_routed = place.startswith("/v2/agent_aliases/") and place.endswith("/sessions")
    if exchange.method != "POST" or exchange.status != httpx.codes.CREATED or not isinstance(answer, dict):
        return ""
    if not is_routed and place not in collections():
        return ""
    identity = answer.get("key" if is_routed else collections()[place].identity)
    return f"{place}/{identity}" if isinstance(identity, str) else ""
