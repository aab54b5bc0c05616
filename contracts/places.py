"""What the paths of the document can name: one object of each kind, all of the run's own, and fresh ones to be taken away."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

from contracts.client import Json, events_path
from contracts.credentials import Credentials, Roles, UnavailableError
from contracts.operations import Operation
from contracts.world import RunWorld

Names = Mapping[str, Any]
MISSING: Mapping[str, Any] = {
    "event_id": "aev_missing",
    "artifact_id": "art_missing",
    "tool_id": "tol_missing",
    "instruction_id": "ins_missing",
    "api_key_id": "aky_missing",
    "app_client_id": "app_missing",
    "version": 99,
}
"""Names of nothing, where an id has to look like one."""

_FILE = {"files": ("notes.txt", b"Colour: turquoise", "text/plain")}
_INTERVAL = {"type": "interval", "interval": "PT24H"}


class Places:
    """Names for path parameters by the first one of the path, its root."""

    def __init__(self, world: RunWorld, credentials: Credentials) -> None:
        self.world = world
        self._api = world.api
        self._credentials = credentials
        self._others: dict[str, str] = {}

    def of_root(self, root: str) -> Names:
        """Return the names of an object and of all that hangs on it. Raises UnavailableError where there can be none."""
        return self._by_root[root]()

    def of(self, operation: Operation) -> Names:
        """Return names for the path of an operation. Raises UnavailableError."""
        return self.of_root(operation.parameters[0]) if operation.parameters else {}

    def make_all(self) -> None:
        """Make everything now that would be made when it is first named."""
        for root in self._by_root:
            with suppress(UnavailableError):
                self.of_root(root)

    def without(self, operation: Operation, parameter: str) -> Names:
        """Return names for the path of an operation, one of which names nothing. Raises UnavailableError."""
        return {**self.of(operation), parameter: MISSING.get(parameter, f"sc-{self.world.run_id}-missing")}

    def another(self, root: str) -> str:
        """Return an agent or a corpus that no path names."""
        if root not in self._others:
            self._others[root] = self.world.agent()["key"] if root == "agent_key" else self._new_corpus()
        return self._others[root]

    def fresh(self, operation: Operation) -> Names:
        """Return names the last of which is of a new object: what takes it away takes nothing else. Raises UnavailableError."""
        root, last = operation.parameters[0], operation.parameters[-1]
        return {**self.of(operation), **self._fresh[root, last]()}

    def whole(self, operation: Operation) -> Names:
        """Return names the last of which is of a new object, and those of all that hangs on it. Raises UnavailableError."""
        names: dict[str, Any] = dict(self.fresh(operation))
        last = operation.parameters[-1]
        if last == "agent_key":
            names |= self._new_schedule(names["agent_key"])
            names["session_key"] = self.world.session({"key": names["agent_key"]}, from_session=self._origin("agent_key"))["key"]
        if operation.parameters[0] == "alias_key":
            names["agent_key"] = self._agent["agent_key"]
        if last in {"agent_key", "session_key"}:
            names |= self._hanging_on({"agent_key": names["agent_key"], "key": names["session_key"]})
        if last == "corpus_key":
            names |= self._new_document(names["corpus_key"])
        return names

    @cached_property
    def _by_root(self) -> Mapping[str, Callable[[], Names]]:
        return {
            "agent_key": lambda: self._agent,
            "alias_key": lambda: self._alias,
            "corpus_key": lambda: self._corpus,
            "instruction_id": lambda: self._instruction,
            "tool_id": lambda: self._tool,
            "api_key_id": lambda: self._key,
            "app_client_id": lambda: self._client,
        }

    @cached_property
    def _agent(self) -> Names:
        session = self.world.session(self.world.agent())
        return {"agent_key": session["agent_key"], **self._new_schedule(session["agent_key"]), **self._said(session)}

    @cached_property
    def _alias(self) -> Names:
        alias = self._new_alias()
        return {"alias_key": alias["key"], **self._said(self.world.routed_session(alias))}

    @cached_property
    def _corpus(self) -> Names:
        key = self._new_corpus()
        return {"corpus_key": key, **self._new_document(key)}

    @cached_property
    def _instruction(self) -> Names:
        return self._new_versions()

    @cached_property
    def _tool(self) -> Names:
        return {"tool_id": self.world.tool()["id"]}

    @cached_property
    def _key(self) -> Names:
        return {"api_key_id": self._credentials.key(Roles()).id}

    @cached_property
    def client(self) -> Json:
        """An app client with its secret. Raises UnavailableError."""
        return self._credentials.client(Roles())

    @property
    def _client(self) -> Names:
        return {"app_client_id": self.client["id"]}

    @cached_property
    def _fresh(self) -> Mapping[tuple[str, str], Callable[[], Names]]:
        """How a new object is made for the last parameter of a path, by that and the first."""
        return {
            ("agent_key", "agent_key"): lambda: {"agent_key": self.world.agent()["key"]},
            ("agent_key", "schedule_key"): lambda: self._new_schedule(self._agent["agent_key"]),
            ("agent_key", "session_key"): lambda: {"session_key": self._fork("agent_key")["key"]},
            ("agent_key", "event_id"): lambda: self._forked_event("agent_key"),
            ("alias_key", "alias_key"): lambda: {"alias_key": self._new_alias()["key"]},
            ("alias_key", "session_key"): lambda: {"session_key": self._fork("alias_key")["key"]},
            ("alias_key", "event_id"): lambda: self._forked_event("alias_key"),
            ("corpus_key", "corpus_key"): lambda: {"corpus_key": self._new_corpus()},
            ("corpus_key", "document_id"): lambda: self._new_document(self._corpus["corpus_key"]),
            ("instruction_id", "instruction_id"): self._new_versions,
            ("instruction_id", "version"): self._new_versions,
            ("tool_id", "tool_id"): lambda: {"tool_id": self.world.tool()["id"]},
            ("api_key_id", "api_key_id"): lambda: {"api_key_id": self._credentials.key(Roles()).id},
            ("app_client_id", "app_client_id"): lambda: {"app_client_id": self._credentials.client(Roles())["id"]},
        }

    def _new_schedule(self, agent_key: str) -> Names:
        """Make a schedule that rests."""
        body = {"key": self.world.key("schedule"), "name": "Daily", "message": [{"type": "text", "content": "Hello!"}]}
        resting = body | {"schedule": _INTERVAL, "enabled": False}
        self._api.call("POST", f"/v2/agents/{agent_key}/schedules", json=resting, expect=201)
        return {"schedule_key": body["key"]}

    def _new_alias(self) -> Json:
        return self.world.alias([{"targets": {"type": "single", "agent_key": self._agent["agent_key"]}}])

    def _new_corpus(self) -> str:
        key = self.world.key("corpus")
        self._api.call("POST", "/v2/corpora", json={"key": key}, expect=201)
        self.world.remove_at_the_end(f"/v2/corpora/{key}")
        return key

    def _new_document(self, corpus_key: str) -> Names:
        body = {"type": "core", "id": self.world.key("document"), "document_parts": [{"text": "How to reset a password."}]}
        self._api.call("POST", f"/v2/corpora/{corpus_key}/documents", json=body, expect=201)
        return {"document_id": body["id"]}

    def _new_versions(self) -> Names:
        """Make an instruction with two versions; the first is in nobody's way."""
        made = self.world.instruction("Be kind.")
        change = {"type": "initial", "template": "Be very kind."}
        self._api.call("PATCH", f"/v2/instructions/{made['id']}", json=change, expect=200)
        return {"instruction_id": made["id"], "version": 1}

    def _said(self, session: Json) -> Names:
        """Say something in a session and send a file with it; the names of what is there then."""
        self._api.call("POST", events_path(session), data={"message": "Hello!"}, files=_FILE, expect=201)
        return {"session_key": session["key"], **self._hanging_on(session)}

    def _hanging_on(self, session: Json) -> Names:
        return {
            "event_id": self._api.events(session)[0]["id"],
            "artifact_id": self._api.artifacts(session)[0]["artifact_id"],
        }

    def _origin(self, root: str) -> Json:
        return {"agent_key": self._agent["agent_key"], "session_key": self.of_root(root)["session_key"]}

    def _fork(self, root: str) -> Json:
        """Make another session with the same events: that costs no turn."""
        names, origin = self.of_root(root), self._origin(root)
        if root == "alias_key":
            return self.world.routed_session({"key": names["alias_key"]}, from_session=origin)
        return self.world.session({"key": names["agent_key"]}, from_session=origin)

    def _forked_event(self, root: str) -> Names:
        fork = self._fork(root)
        return {"session_key": fork["key"], "event_id": self._api.events(fork)[0]["id"]}
