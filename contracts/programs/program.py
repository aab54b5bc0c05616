"""What all random programs have in common: an agent of their own, the model of its sessions, and how both are asked."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import httpx
from hypothesis.stateful import RuleBasedStateMachine

from contracts.client import Json
from contracts.model.sessions import Dialect, Sessions
from contracts.wire.budget import NotSentError
from contracts.world import RunWorld


class Program(RuleBasedStateMachine):
    """The sessions of one agent that nobody else knows; a rule asks, holds the answer to the model, and lets the model follow.

    Rules name a session by its place among those that there are (`pick`), the oldest first, counted round.
    """

    def __init__(self, world: RunWorld, dialect: Dialect) -> None:
        super().__init__()
        self.world, self.api = world, world.api
        self.agent = world.agent()["key"]
        self.model = Sessions(dialect)
        self.is_broken = False

    def teardown(self) -> None:
        """Read back what the program leaves, and remove it; what a spent budget leaves is removed when the run ends."""
        try:
            if not self.is_broken:
                self.read_back()
        finally:
            with suppress(NotSentError):
                self.api.call("DELETE", f"/v2/agents/{self.agent}", expect={204, 400, 404, 409})

    def read_back(self) -> None:
        """Hold what there is when the program is over to the model."""

    @property
    def keys(self) -> list[str]:
        """The sessions that there are, oldest first."""
        return list(self.model.kept)

    def key_at(self, pick: int) -> str:
        """Return the session at a place."""
        return self.keys[pick % len(self.keys)]

    def path(self, key: str) -> str:
        """Return where a session is."""
        return f"/v2/agents/{self.agent}/sessions/{key}"

    def asked(self, method: str, key: str, status: int, below: str = "", **options: Any) -> httpx.Response:
        """Ask for a session, or for what is below it: 404 where the model has no such session."""
        expected = status if key in self.model.kept else 404
        return self.api.call(method, f"{self.path(key)}{below}", expect=expected, **options)

    def read(self, key: str) -> None:
        """Read a session."""
        answer = self.asked("GET", key, 200)
        if key in self.model.kept:
            self.same(self.model.faults_of(answer.json()))

    def make(self, body: Json) -> str:
        """Ask for a session and hold the answer to the model; its key, or the one that was refused."""
        expected = self.model.may_answer(body["key"]) if "key" in body else {201}
        answer = self.api.call("POST", f"/v2/agents/{self.agent}/sessions", json=body, expect=expected)
        if answer.status_code != httpx.codes.CREATED:
            return str(body["key"])
        session = answer.json()
        key = str(session["key"])
        if key != body.get("key", key) or key in self.model.kept:
            raise AssertionError(f"a session was made with the key {key}, sent was {body}")
        self.model.create(key, body, session["created_at"])
        self.same(self.model.faults_of(session))
        return key

    def remove(self, key: str) -> None:
        """Remove a session."""
        self.asked("DELETE", key, 204)
        self.model.remove(key)

    def change(self, key: str, body: Json) -> None:
        """Change a session; one that is gone is not found."""
        answer = self.asked("PATCH", key, 200, json=body)
        if key in self.model.kept:
            self.model.patch(key, body)
            self.same(self.model.faults_of(answer.json()))

    def same(self, faults: Iterable[str]) -> None:
        """Fail with what differs from the model, if anything does."""
        found = list(faults)
        if found:
            self.is_broken = True
            raise AssertionError("\n".join(found))
