"""What a run makes for itself: agents under its own run id, removed at the end with all that hangs on them."""

from itertools import count
from typing import Any

from contracts.client import Api, Json

PLAIN_STEP = "conversation"
LANGUAGE_INSTRUCTION = (
    "Always respond to the user in their preferred language: ${session.metadata.language}. If the language is 'en', use English. "
    "If it's 'es', use Spanish. If it's 'fr', use French. If it's 'de', use German. If it's 'ja', use Japanese."
)


class RunWorld:
    """Makes agents and sessions with keys of this run, and clears them away."""

    def __init__(self, api: Api, run_id: str, *, model: str, corpus: str) -> None:
        self.api = api
        self.run_id = run_id
        self.corpus = corpus
        self._model = model
        self._numbers = count(1)
        self._agents: list[str] = []

    def key(self, what: str) -> str:
        """Return a new key of this run."""
        return f"sc-{self.run_id}-{what}-{next(self._numbers)}"

    def agent(self, *, instructions: list[str] | None = None, tools: Json | None = None) -> Json:
        """Create an agent of this run with one step."""
        key = self.key("agent")
        inline = [
            {"type": "inline", "name": f"Instruction {number}", "template": text}
            for number, text in enumerate(instructions or [], 1)
        ]
        agent = self.api.create_agent(
            key=key,
            name=key,
            model={"name": self._model},
            tool_configurations=tools or {},
            first_step_name=PLAIN_STEP,
            steps={PLAIN_STEP: {"instructions": inline, "output_parser": {"type": "default"}}},
        )
        self._agents.append(agent["key"])
        return agent

    def session(self, agent: Json, **fields: Any) -> Json:
        """Create a session of this run."""
        return self.api.create_session(agent["key"], **{"key": self.key("session"), "name": "Contract session"} | fields)

    def search_tool(self, override: Json | None) -> Json:
        """Return a corpora_search tool on the run's corpus with an override, or without any."""
        tool: Json = {
            "type": "corpora_search",
            "query_configuration": {"search": {"corpora": [{"corpus_key": self.corpus}], "limit": 50}},
        }
        return {"knowledge_search": tool | ({} if override is None else {"argument_override": override})}

    def clear(self) -> None:
        """Remove every agent of this run; their sessions go with them."""
        while self._agents:
            self.api.delete_agent(self._agents.pop())
