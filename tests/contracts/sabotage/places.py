"""Servers that each break a promise about where things are: sessions of aliases, files of sessions."""

from dataclasses import replace
from typing import Any

from mockserver.operations.aliases import get_agent_alias
from mockserver.stores.memory import MemoryStore
from tests.contracts.sabotage.making import Wsgi, json_answers, json_requests, on, with_handlers


def lets_the_last_rule_take_all() -> Wsgi:
    def change(method: str, path: str, body: Any) -> Any:
        if (method, path) != ("POST", "/v2/agent_aliases"):
            return body
        targets = body["policy"]["rules"][-1]["targets"]
        return {**body, "policy": {"type": "routed", "rules": [{"targets": targets}]}}

    return json_requests(change)


def names_no_alias() -> Wsgi:
    def change(_method: str, _path: str, _status: int, body: Any) -> Any:
        return {name: value for name, value in body.items() if name != "alias_key"}

    return json_answers(change)


def keeps_the_policy_of_an_alias() -> Wsgi:
    return with_handlers(replace_agent_alias_policy=lambda _: get_agent_alias)


def moves_sessions_when_the_rules_change() -> Wsgi:
    latest: dict[str, str] = {}

    def change(method: str, _path: str, _status: int, body: Any) -> Any:
        if "policy" in body:
            latest[body["key"]] = body["policy"]["rules"][-1]["targets"]["agent_key"]
        is_read = method == "GET" and "alias_key" in body
        return {**body, "agent_key": latest[body["alias_key"]]} if is_read else body

    return json_answers(change)


def gives_every_alias_the_sessions_of_all() -> Wsgi:
    class Store(MemoryStore):
        def routed_session(self, alias_key, key):
            return next((found for agent in self.agents(None) if (found := self.session(agent.key, key))), None)

    return on(Store)


def tells_another_name_by_the_alias() -> Wsgi:
    def change(method: str, path: str, _status: int, body: Any) -> Any:
        is_read = method == "GET" and path.startswith("/v2/agent_aliases/") and "name" in body
        return {**body, "name": f"{body['name']} (routed)"} if is_read else body

    return json_answers(change)


def changes_the_ends_of_lines() -> Wsgi:
    class Store(MemoryStore):
        def add_artifact(self, session, artifact):
            return super().add_artifact(session, replace(artifact, data=artifact.data.replace(b"\r\n", b"\n")))

    return on(Store)


def sums_up_something_else() -> Wsgi:
    def change(_method: str, _path: str, _status: int, body: Any) -> Any:
        return {**body, "checksum_sha256": "0" * 64} if "checksum_sha256" in body else body

    return json_answers(change)


def lists_no_files() -> Wsgi:
    class Store(MemoryStore):
        def artifacts(self, session):
            return ()

    return on(Store)


def reads_the_files_of_all_sessions() -> Wsgi:
    class Store(MemoryStore):
        def artifact(self, session, artifact_id):
            return next((rows.by_key[artifact_id] for rows in self._artifacts.values() if artifact_id in rows.by_key), None)

    return on(Store)


def lists_the_files_of_all_sessions() -> Wsgi:
    class Store(MemoryStore):
        def artifacts(self, session):
            return [artifact for rows in self._artifacts.values() for artifact in rows.oldest_first(None)]

    return on(Store)


def gives_a_new_session_the_files_of_the_old_one() -> Wsgi:
    class Store(MemoryStore):
        def add_session(self, session):
            kept = getattr(self, "kept", {})
            added = super().add_session(session)
            self._artifacts[added.sequence] = kept.get((session.agent_key, session.key), self._artifacts[added.sequence])
            return added

        def _forget(self, session):
            files = self._artifacts.pop(session.sequence)
            self.kept = {**getattr(self, "kept", {}), (session.agent_key, session.key): files}
            super()._forget(session)

    return on(Store)
