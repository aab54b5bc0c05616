"""Tools whose code is elsewhere (lambda, mcp, built-ins without a type of their own): they answer what a script says."""

import json
from collections.abc import Mapping
from typing import Any

from mockserver.domain.simulator.scenarios import Scripted
from mockserver.domain.simulator.tools.invocation import Answer, Invocation
from mockserver.domain.values import JsonObject


class RemoteTool:
    """Answers by script, by the name of the tool's configuration or by its `tool_id`; without one, in a neutral way."""

    def __init__(self, scripted: Mapping[str, Scripted]) -> None:
        self._scripted = scripted

    def __call__(self, invocation: Invocation) -> Answer:
        """Give the scripted output or error. A result that is no object is wrapped as JSON text (api-facts §4.10)."""
        script = self._scripted.get(invocation.name) or self._scripted.get(str(invocation.settings.get("tool_id")))
        if script is None:
            return Answer(_neutral(invocation))
        result: Any = script.output
        wrapped = result if isinstance(result, Mapping) else {"content": json.dumps(result, ensure_ascii=False)}
        return Answer(wrapped, error=script.failed)


def _neutral(invocation: Invocation) -> JsonObject:
    """Say that the tool was called and with what of the model's own; what is pinned is not repeated."""
    return {
        "status": "ok",
        "tool": invocation.name,
        "arguments": invocation.own,
        "message": f"The call of {invocation.name} was simulated; nothing ran outside of the mock.",
    }
