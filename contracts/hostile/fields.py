"""Every place where the API takes a text that it gives back: what is sent, and where it shows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import yaml

import openapi
from contracts.client import Api
from contracts.places import Places

KEY = "<key>"
"""In the place of a name: there the text itself is the name."""
_JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class TextField:
    """A text in an object: the object's path, the names that lead to it, what else a change has; `limited_by` is a schema.

    An object is named by the first parameter of its path, as `Places` knows it.
    """

    path: str
    steps: tuple[str, ...]
    beside: Mapping[str, Any] = field(default_factory=dict)
    limited_by: str = ""

    def __str__(self) -> str:
        kind = self.path.rsplit("/", 2)[1].removesuffix("s").removesuffix("e" if "alias" in self.path else "")
        return f"{kind} {'.'.join(self.steps)}"

    @property
    def name(self) -> str:
        """The field that a refusal has to name."""
        return self.steps[0]

    @property
    def root(self) -> str:
        """The first parameter of the path."""
        return self.path.partition("{")[2].partition("}")[0]

    def at(self, places: Places) -> str:
        """Return the path to an object of the run. Raises UnavailableError."""
        return self.path.format_map(places.of_root(self.root))

    def body(self, value: Any) -> Any:
        """Return a change that puts a value there."""
        for step in reversed(self.steps):
            value = {value: "there"} if step == KEY else {step: value}
        return {**self.beside, **value}

    def shown(self, whole: Any) -> Any:
        """Return the text that an object shows there; nothing where it shows none."""
        for step in self.steps:
            if not isinstance(whole, dict):
                return None
            whole = next(iter(whole), None) if step == KEY else whole.get(step)
        return whole

    @property
    def longest(self) -> int | None:
        """How many characters the document allows."""
        if not self.limited_by:
            return None
        file, _, name = self.limited_by.partition("#/")
        schemas = yaml.load((openapi.DOCUMENT.parent / "schemas" / file).read_text("utf-8"), Loader=yaml.CSafeLoader)
        return int(schemas[name]["maxLength"])


def sent(api: Api, method: str, path: str, body: Any) -> httpx.Response:
    """Send JSON in plain letters: what no UTF-8 can say, such as half of a surrogate pair, goes as an escape."""
    return api.ask(method, path, content=json.dumps(body).encode("ascii"), headers=_JSON)


_SESSION = "/v2/agents/{agent_key}/sessions/{session_key}"
_AGENT, _SCHEDULE = "/v2/agents/{agent_key}", "/v2/agents/{agent_key}/schedules/{schedule_key}"
_INSTRUCTION, _TOOL = "/v2/instructions/{instruction_id}", "/v2/tools/{tool_id}"
_ALIAS, _CORPUS, _CLIENT = "/v2/agent_aliases/{alias_key}", "/v2/corpora/{corpus_key}", "/v2/app_clients/{app_client_id}"
_INITIAL, _AS_IT_IS, _CLIENT_TOOL = {"type": "initial"}, {"type": "initial", "template_type": "text"}, {"type": "client"}

TEXT_FIELDS = (
    TextField(_SESSION, ("name",)),
    TextField(_SESSION, ("description",)),
    TextField(_SESSION, ("metadata", "word")),
    TextField(_SESSION, ("metadata", KEY)),
    TextField(_AGENT, ("description",)),
    TextField(_AGENT, ("metadata", "deep", KEY)),
    TextField(_SCHEDULE, ("name",), limited_by="schedules.yaml#/AgentScheduleName"),
    TextField(_SCHEDULE, ("description",)),
    TextField(_SCHEDULE, ("session_metadata", "word")),
    TextField(_INSTRUCTION, ("description",), _INITIAL),
    TextField(_INSTRUCTION, ("template",), _AS_IT_IS),
    TextField(_INSTRUCTION, ("metadata", "word"), _INITIAL),
    TextField(_TOOL, ("description",), _CLIENT_TOOL, limited_by="client_tools.yaml#/ToolDescription"),
    TextField(_ALIAS, ("name",), limited_by="aliases.yaml#/AgentAliasName"),
    TextField(_ALIAS, ("metadata", "word")),
    TextField(_CORPUS, ("name",)),
    TextField(_CORPUS, ("description",)),
    TextField(_CLIENT, ("description",)),
)
"""The fields that can be changed by PATCH, but for the names by which a run finds its own objects again."""
