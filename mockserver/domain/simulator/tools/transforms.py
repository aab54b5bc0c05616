"""jq programs around a tool call: one makes the arguments that the tool gets, one what the model sees (api-facts §2.9).

Events show the arguments as they are before. Whoever runs the tool runs these: the toolbox, the caller, another agent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.domain.ports import Transform, TransformError
from mockserver.domain.rendering import template_context
from mockserver.domain.simulator.calls import Place, ToolFailure
from mockserver.domain.simulator.tools.arguments import kind
from mockserver.domain.values import JsonObject


@dataclass(frozen=True, slots=True)
class Transforms:
    """The two programs of a tool configuration, None where there is none."""

    run: Transform
    place: Place
    input: str | None = None
    output: str | None = None

    def arguments(self, merged: JsonObject, outputs: Mapping[str, JsonObject]) -> JsonObject:
        """Return what the tool gets. Raises ToolFailure where the program fails or makes no object."""
        if self.input is None:
            return merged
        context = template_context(self.place.agent, self.place.session, self.place.now)
        made = self._made("input_transform", self.input, {**context, "args": merged, "tools": outputs})
        if not isinstance(made, Mapping):
            raise ToolFailure(f"INVALID_ARGUMENT: input_transform must give an object of arguments, not {kind(made)}")
        return made

    def result(self, output: JsonObject) -> JsonObject:
        """Return what the model sees; what is no object is wrapped, since events hold objects. Raises ToolFailure."""
        if self.output is None:
            return output
        made = self._made("output_transform", self.output, output)
        return made if isinstance(made, Mapping) else {"content": made}

    def _made(self, name: str, program: str, document: Any) -> Any:
        try:
            return self.run(program, document, self.place.now)
        except TransformError as error:
            raise ToolFailure(f"INVALID_ARGUMENT: {name} failed: {error}") from error


def transforms_of(configuration: JsonObject, run: Transform, place: Place) -> Transforms:
    """Return the programs of a tool configuration."""
    return Transforms(run, place, configuration.get("input_transform"), configuration.get("output_transform"))
