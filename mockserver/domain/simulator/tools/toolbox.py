"""Run a tool call: settle what stayed open, merge what is pinned, transform, run, transform, and keep every secret back."""

from collections.abc import Mapping
from typing import Any

from mockserver.domain.ports import Ids, Store, Transform, TransformError
from mockserver.domain.references import settled
from mockserver.domain.rendering import template_context
from mockserver.domain.search import Searcher
from mockserver.domain.sessions import MASK
from mockserver.domain.simulator.calls import Outcome, Place, ToolCall, ToolFailure
from mockserver.domain.simulator.scenarios import Scripted
from mockserver.domain.simulator.tools.arguments import kind, merged
from mockserver.domain.simulator.tools.artifacts import ArtifactRead
from mockserver.domain.simulator.tools.conversion import DocumentConversion
from mockserver.domain.simulator.tools.corpora import CorporaSearch
from mockserver.domain.simulator.tools.documents import DocumentText
from mockserver.domain.simulator.tools.grep import ArtifactGrep
from mockserver.domain.simulator.tools.images import ImageRead
from mockserver.domain.simulator.tools.invocation import Answer, Invocation, Tool
from mockserver.domain.simulator.tools.remote import RemoteTool
from mockserver.domain.simulator.tools.web import WebGet, WebSearch
from mockserver.domain.values import JsonObject

_SETTINGS = ("query_configuration", "tool_configuration", "tool_id")
_UNTRANSFORMED = frozenset({"image_read"})


class Toolbox:
    """Runs the tools of agents: a `RunTool` (see `simulator.calls`)."""

    def __init__(
        self,
        store: Store,
        searcher: Searcher,
        ids: Ids,
        transform: Transform,
        *,
        scripted: Mapping[str, Scripted],
    ) -> None:
        """Take what tools work with.

        `scripted` says what remote tools answer (lambda, mcp, dynamic_vectara), by the name of their configuration or by their
        `tool_id`.
        """
        self._transform = transform
        remote = RemoteTool(scripted)
        self._tools: Mapping[str, Tool] = {
            "corpora_search": CorporaSearch(store, searcher),
            "web_search": WebSearch(ids),
            "web_get": WebGet(ids),
            "artifact_read": ArtifactRead(store, ids),
            "artifact_grep": ArtifactGrep(store, ids),
            "image_read": ImageRead(store),
            "document_conversion": DocumentConversion(store, ids),
            "get_document_text": DocumentText(store),
            "lambda": remote,
            "mcp": remote,
            "dynamic_vectara": remote,
        }

    def __call__(self, call: ToolCall, outputs: Mapping[str, JsonObject], place: Place) -> Outcome:
        """Run a call. Whatever goes wrong is the tool's answer, and tells no secret."""
        overrides, lost = settled(call.overrides.value, outputs)
        settings, also_lost = settled(_settings(call.configuration.value), outputs)
        if lost or also_lost:
            problem = f"FAILED_PRECONDITION: unresolved refs [{', '.join(lost + also_lost)}]; no tool gave such an output"
            return Outcome({"error": problem}, error=True, overrides=None, filters={})
        shown, _ = settled(call.overrides.shown, outputs)
        shown_settings, _ = settled(_settings(call.configuration.shown), outputs)
        work = _Work(call, outputs, place, self._transform)
        try:
            tool = self._tool(call)
            answer = tool(work.prepared(overrides, shown, settings, shown_settings))
            output = answer.output if answer.error else work.finished(answer)
        except ToolFailure as failure:
            has_secret = overrides != shown or settings != shown_settings
            problem = _reticent(failure) if has_secret else str(failure)
            return Outcome({"error": problem}, error=True, overrides=shown, filters={})
        return Outcome(output, error=answer.error, overrides=shown, filters=answer.filters)

    def _tool(self, call: ToolCall) -> Tool:
        if call.tool_type == "reference":
            key = call.configuration.shown.get("tool_configuration_key")
            raise ToolFailure(f"NOT_FOUND: there is no tool configuration {key!r}: this mock keeps none outside of agents")
        if call.tool_type not in self._tools:
            raise ToolFailure(f"FAILED_PRECONDITION: tools of type {call.tool_type!r} are not run here")
        return self._tools[call.tool_type]


def _settings(configuration: JsonObject) -> JsonObject:
    """Return what tools need of their configuration; references elsewhere in it (`metadata`, say) mean nothing to them."""
    return {name: configuration[name] for name in _SETTINGS if name in configuration}


class _Work:
    """One call with its transforms (api-facts §2.9). Events show the arguments as they are before these."""

    def __init__(self, call: ToolCall, outputs: Mapping[str, JsonObject], place: Place, transform: Transform) -> None:
        self._call = call
        self._outputs = outputs
        self._place = place
        self._transform = transform

    def prepared(self, overrides: JsonObject, shown: JsonObject, settings: JsonObject, shown_settings: JsonObject) -> Invocation:
        """Merge the arguments and transform them, the shown ones as well."""
        arguments: JsonObject = merged(self._call.arguments, overrides)
        masked: JsonObject = merged(self._call.arguments, shown) if shown != overrides else arguments
        own = self._call.arguments
        if (program := self._call.configuration.value.get("input_transform")) is not None:
            arguments, masked = self._transformed(arguments, masked, program)
            own = {name: value for name, value in masked.items() if name not in overrides}
        return Invocation(self._call.configuration_name, arguments, masked, own, settings, shown_settings, self._place)

    def finished(self, answer: Answer) -> JsonObject:
        """Transform a result; what is not an object then is wrapped, since events hold objects. An image's is left as it is."""
        program = self._call.configuration.value.get("output_transform")
        if program is None or self._call.tool_type in _UNTRANSFORMED:
            return answer.output
        made = self._run("output_transform", program, answer.output)
        return made if isinstance(made, Mapping) else {"content": made}

    def _transformed(self, arguments: JsonObject, masked: JsonObject, program: str) -> tuple[JsonObject, JsonObject]:
        made = self._arguments(program, arguments)
        if arguments == masked:
            return made, made
        try:
            return made, self._arguments(program, masked)
        except ToolFailure:
            return made, dict.fromkeys(made, MASK)

    def _arguments(self, program: str, arguments: JsonObject) -> JsonObject:
        context = template_context(self._place.agent, self._place.session, self._place.now)
        made = self._run("input_transform", program, {**context, "args": arguments, "tools": self._outputs})
        if not isinstance(made, Mapping):
            raise ToolFailure(f"INVALID_ARGUMENT: input_transform must give an object of arguments, not {kind(made)}")
        return made

    def _run(self, name: str, program: str, document: Any) -> Any:
        try:
            return self._transform(program, document, self._place.now)
        except TransformError as error:
            raise ToolFailure(f"INVALID_ARGUMENT: {name} failed: {error}") from error


def _reticent(failure: ToolFailure) -> str:
    """Say only of what kind a failure is: its words may quote a secret that the call was given."""
    kind_, _, _ = str(failure).partition(":")
    return f"{kind_}: what is wrong is not told, since the tool was given a secret"
