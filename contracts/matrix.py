"""The matrix of roles: every operation of the document for every identity, what is to come of it, and what came of it.

What is to come follows from `x-required-roles` alone (`Identity.may`). What came of it is told by the status: 401 and 403 refuse,
and so does 404 for an object that is there, by hiding it. A cell that shows neither is untested, and says why.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import httpx

from contracts.asking import Ask, ask_of
from contracts.client import Api
from contracts.credentials import Credentials, Roles, UnavailableError
from contracts.identities import OBJECTS, Identities, Identity, Standing
from contracts.operations import Operation, operations
from contracts.places import Names, Places

_OWN_KEYS = "api_key_id"
_OF_KEYS = {"api_keys", "app_clients"}
_NO_ROLES = Roles()


class Expected(StrEnum):
    """What an operation is to make of an identity."""

    ALLOWED = "allowed"
    FORBIDDEN = "403"
    UNKNOWN = "401"
    HIDDEN = "403 or 404"


class Outcome(StrEnum):
    """What a cell has shown."""

    RIGHT = "right"
    WRONG = "wrong"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class Cell:
    """One operation for one identity. `why` says what is wrong, or why nothing is known."""

    operation: str
    identity: str
    expected: Expected
    outcome: Outcome
    status: int | None = None
    why: str = ""

    def __str__(self) -> str:
        came = "" if self.status is None else f", answered {self.status}"
        return f"{self.operation} for {self.identity}: expected {self.expected}{came}{f' ({self.why})' if self.why else ''}"


class Matrix:
    """Carries the matrix out, standing by standing. With `refusals_only` nobody writes who may."""

    def __init__(
        self, api: Api, places: Places, identities: Identities, credentials: Credentials, *, refusals_only: bool = False
    ) -> None:
        self._refusals_only = refusals_only
        self._api = api
        self._places = places
        self._identities = identities
        self._credentials = credentials

    def cells(self, standing: Standing) -> list[Cell]:
        """Ask for every operation as every identity of a standing.

        What takes objects away comes last, the innermost first: where somebody wrongly may, the rest has been seen by then.
        """
        identities = list(self._identities.of(standing))
        return list(self._asked(sorted(operations(), key=_destruction), identities))

    def _asked(self, asked: Iterable[Operation], identities: list[Identity]) -> Iterator[Cell]:
        for operation in asked:
            for identity in identities:
                yield self._cell(operation, identity)

    def _cell(self, operation: Operation, identity: Identity) -> Cell:
        ask, expected = ask_of(operation), Expected.UNKNOWN
        try:
            names = self._places.of(operation)
            expected = _expected(operation, identity, names)
            answer = self._answer(operation, identity, expected, ask, names)
        except UnavailableError as error:
            return Cell(operation.id, identity.name, expected, Outcome.UNTESTED, why=str(error))
        return judged(operation, identity, expected, answer.status_code)

    def _answer(
        self, operation: Operation, identity: Identity, expected: Expected, ask: Ask | None, names: Names
    ) -> httpx.Response:
        permitted = expected is Expected.ALLOWED
        if reason := self._obstacle(operation, identity, permitted=permitted):
            raise UnavailableError(reason)
        if ask is None:
            raise UnavailableError("the run does not know what to send")
        if permitted and _OWN_KEYS in operation.parameters:
            names = {_OWN_KEYS: self._credentials.key(_NO_ROLES, by=self._api.bearing(identity.headers)).id}
        elif permitted and ask.takes_away:
            names, identity = self._to_be_taken_away(operation, identity)
        options = ask.options(self._places, names, permitted=permitted)
        answer = self._api.bearing(identity.headers).ask(operation.method, operation.at(names), **options)
        if answer.status_code == httpx.codes.UNAUTHORIZED and identity.has_expired():
            raise UnavailableError("its token expired while it was asked")
        if ask.makes and answer.status_code == httpx.codes.CREATED:
            self._places.world.remove_at_the_end(ask.makes.format_map(answer.json()))
        return answer

    def _obstacle(self, operation: Operation, identity: Identity, *, permitted: bool) -> str:
        """Say why a cell is not asked; nothing where it is."""
        would_write = permitted and operation.writes and not operation.is_public
        if identity.absent:
            return identity.absent
        if operation.collection in _OF_KEYS and self._credentials.lacking:
            return self._credentials.lacking
        if would_write and self._refusals_only:
            return "--matrix refusals leaves out what permitted callers write"
        if would_write and identity.standing is Standing.OTHER_ACCOUNT:
            return "it would make something in the other account"
        return ""

    def _to_be_taken_away(self, operation: Operation, identity: Identity) -> tuple[Names, Identity]:
        """Make an object to be taken away; who has a role on the one in the path alone is made anew with it on the new one."""
        names = self._places.fresh(operation)
        for kind, root in OBJECTS.items():
            held = identity.agent_roles if kind == "agent" else identity.corpus_roles
            if operation.parameters == (root,) and held:
                ((role,),) = held.values()
                identity = self._identities.on(kind, role, names[root])
                if identity.absent:
                    raise UnavailableError(identity.absent)
        return names, identity


def _destruction(operation: Operation) -> int:
    ask = ask_of(operation)
    return 10 - len(re.findall("/", operation.path)) if ask and ask.takes_away else 0


def _expected(operation: Operation, identity: Identity, names: Names) -> Expected:
    if operation.is_public:
        return Expected.ALLOWED
    if identity.standing.is_refused:
        return Expected.UNKNOWN
    if identity.standing is Standing.OTHER_ACCOUNT:
        return Expected.HIDDEN if operation.parameters else Expected.ALLOWED
    return Expected.ALLOWED if identity.may(operation, names) else Expected.FORBIDDEN


def judged(operation: Operation, identity: Identity, expected: Expected, status: int) -> Cell:
    """Say what a status shows. Success counts as success alone; what fails for another reason shows nothing of roles."""
    hidden = status == httpx.codes.NOT_FOUND and bool(operation.parameters)
    refused = status == httpx.codes.FORBIDDEN or hidden
    seen = {
        Expected.UNKNOWN: status == httpx.codes.UNAUTHORIZED,
        Expected.FORBIDDEN: refused,
        Expected.HIDDEN: refused,
        Expected.ALLOWED: httpx.codes.is_success(status),
    }
    if seen[expected]:
        outcome, why = Outcome.RIGHT, ""
    elif httpx.codes.is_server_error(status) or status == httpx.codes.TOO_MANY_REQUESTS:
        outcome, why = Outcome.UNTESTED, "the target failed"
    elif expected is Expected.ALLOWED and not refused and status != httpx.codes.UNAUTHORIZED:
        outcome, why = Outcome.UNTESTED, "it was refused, but not for want of a role"
    else:
        outcome, why = Outcome.WRONG, ""
    return Cell(operation.id, identity.name, expected, outcome, status, why)
