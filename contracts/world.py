"""What a run makes for itself: agents under its own run id, removed at the end with all that hangs on them."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import count
from typing import Any

import httpx

from contracts.client import Api, Json
from contracts.wire.budget import NotSentError

PLAIN_STEP = "conversation"
LANGUAGE_INSTRUCTION = (
    "Always respond to the user in their preferred language: ${session.metadata.language}. If the language is 'en', use English. "
    "If it's 'es', use Spanish. If it's 'fr', use French. If it's 'de', use German. If it's 'ja', use Japanese."
)


LEVELS = ("basic", "premium", "internal")
ATTRIBUTES = [
    {"name": "access_level", "level": "document", "type": "text"},
    {"name": "year", "level": "document", "type": "integer"},
    {"name": "tags", "level": "document", "type": "list[text]"},
]
SEARCHABLE_WITHIN_SECONDS = 30


def name_for(key: str) -> str:
    """Return a name for what has a key: another text, so that a target that takes one for the other is found out."""
    return f"{key} by name"


class RunWorld:
    """Makes agents, sessions, a corpus, instructions, tools and aliases with keys of this run, and clears them away."""

    def __init__(self, api: Api, run_id: str, *, model: str) -> None:
        self.api = api
        self.run_id = run_id
        self._model = model
        self._numbers = count(1)
        self._made: list[Callable[[], object]] = []

    def key(self, what: str) -> str:
        """Return a new key of this run."""
        return f"sc-{self.run_id}-{what}-{next(self._numbers)}"

    @property
    def mark(self) -> Json:
        """The metadata that tells whose an object is, where a test gives it none of its own."""
        return {"contract_run": self.run_id}

    def agent(
        self,
        *,
        instructions: Sequence[str | Json] = (),
        tools: Json | None = None,
        parser: Json | None = None,
        steps: Mapping[str, Json] | None = None,
    ) -> Json:
        """Create an agent of this run with one step; an instruction is a template or an instruction object.

        `steps` gives it these instead, the first of which begins; what they leave out is as in the one step.
        """
        key = self.key("agent")
        written = [
            {"type": "inline", "name": f"Instruction {number}", "template": given} if isinstance(given, str) else given
            for number, given in enumerate(instructions, 1)
        ]
        plain = {"instructions": written, "output_parser": parser or {"type": "default"}}
        made = {name: plain | step for name, step in (steps or {PLAIN_STEP: {}}).items()}
        agent = self.api.create_agent(
            key=key,
            name=name_for(key),
            model={"name": self._model},
            tool_configurations=tools or {},
            first_step_name=next(iter(made)),
            steps=made,
            metadata=self.mark,
        )
        self.remove_at_the_end(f"/v2/agents/{agent['key']}")
        return agent

    def session(self, agent: Json, **fields: Any) -> Json:
        """Create a session of this run."""
        return self.api.create_session(agent["key"], **self._named(fields))

    def routed_session(self, alias: Json, **fields: Any) -> Json:
        """Create a session of this run through an alias."""
        path = f"/v2/agent_aliases/{alias['key']}/sessions"
        session: Json = self.api.call("POST", path, json=self._named(fields), expect=201).json()
        return session

    def _named(self, fields: Json) -> Json:
        return {"key": self.key("session"), "name": "Contract session", "metadata": self.mark} | fields

    def alias(self, rules: Sequence[Json]) -> Json:
        """Create an alias of this run with these rules."""
        key = self.key("alias")
        body = {"key": key, "name": name_for(key), "policy": {"type": "routed", "rules": rules}}
        alias: Json = self.api.call("POST", "/v2/agent_aliases", json=body, expect=201).json()
        self.remove_at_the_end(f"/v2/agent_aliases/{key}")
        return alias

    def instruction(self, template: str) -> Json:
        """Create an instruction of this run."""
        body = {"type": "initial", "name": self.key("instruction"), "template": template}
        made: Json = self.api.call("POST", "/v2/instructions", json=body, expect=201).json()
        self.remove_at_the_end(f"/v2/instructions/{made['id']}")
        return made

    def tool(self, **fields: Any) -> Json:
        """Create a client tool of this run."""
        body = {"type": "client", "name": self.key("tool"), "description": "Asks the caller for a number."} | fields
        made: Json = self.api.call("POST", "/v2/tools", json=body, expect=201).json()
        self.remove_at_the_end(f"/v2/tools/{made['id']}")
        return made

    @cached_property
    def corpus(self) -> str:
        """The corpus of this run: two documents for each level, each with a canary word of its own; known to be searchable."""
        key = self.key("corpus")
        self.api.call("POST", "/v2/corpora", json={"key": key, "filter_attributes": ATTRIBUTES}, expect=201)
        self.remove_at_the_end(f"/v2/corpora/{key}")
        for level in LEVELS:
            for number in (1, 2):
                self.api.call("POST", f"/v2/corpora/{key}/documents", json=self._document(level, number), expect=201)
        for _ in range(SEARCHABLE_WITHIN_SECONDS):
            answer = self.api.call(
                "POST", f"/v2/corpora/{key}/query", json={"query": "password", "search": {"limit": 50}}, expect={200, 404}
            )
            if answer.status_code == httpx.codes.OK and len(answer.json()["search_results"]) == 2 * len(LEVELS):
                return key
            time.sleep(1)
        raise AssertionError(f"corpus {key} did not become searchable within {SEARCHABLE_WITHIN_SECONDS} s")

    def canary(self, level: str, number: int) -> str:
        """Return the word that stands in one document only."""
        return f"canary{self.run_id}{level}{number}"

    def document_id(self, level: str, number: int) -> str:
        """Return the id of a document of the run's corpus."""
        return f"doc-{self.run_id}-{level}-{number}"

    def _document(self, level: str, number: int) -> Json:
        text = (
            f"How to reset a password, for {level} readers, part {number}: say the word {self.canary(level, number)} to support."
        )
        return {
            "type": "core",
            "id": self.document_id(level, number),
            "metadata": {"access_level": level, "year": 2020 + number, "tags": [level, "password"], "title": f"{level} {number}"},
            "document_parts": [{"text": text}],
        }

    def search_tool(self, override: Json | None) -> Json:
        """Return a corpora_search tool on the run's corpus with an override, or without any."""
        tool: Json = {
            "type": "corpora_search",
            "query_configuration": {"search": {"corpora": [{"corpus_key": self.corpus}], "limit": 50}},
        }
        return {"knowledge_search": tool | ({} if override is None else {"argument_override": override})}

    def remove_at_the_end(self, path: str) -> None:
        """Remember to remove an object that this run made; it may be gone by then."""
        self._made.append(lambda: self.api.remove(path))

    def clear(self) -> None:
        """Remove all that this run made, the latest first: what uses another thing goes before it.

        Sessions go with their agents, those of sub-agents too, and documents with their corpus. What cannot be removed keeps
        nothing else from it. Raises ExceptionGroup where something is left.
        """
        left = []
        while self._made:
            try:
                self._made.pop()()
            except (AssertionError, NotSentError) as refusal:
                left.append(refusal)
        if left:
            raise ExceptionGroup("not all that the run made could be removed", left)
