"""Run a tool call: settle what stayed open, merge what is pinned, transform, run, transform, and keep every secret back."""

from collections.abc import Mapping

from mockserver.domain.ports import Ids, Store, Transform
from mockserver.domain.search import Searcher
from mockserver.domain.sessions import MASK
from mockserver.domain.simulator.calls import (
    Given,
    Outcome,
    Place,
    ToolCall,
    ToolFailure,
    failed,
    given_of,
    reticent,
    unresolved,
)
from mockserver.domain.simulator.scenarios import Scripted
from mockserver.domain.simulator.tools.arguments import merged
from mockserver.domain.simulator.tools.artifacts import ArtifactRead
from mockserver.domain.simulator.tools.conversion import DocumentConversion
from mockserver.domain.simulator.tools.corpora import CorporaSearch
from mockserver.domain.simulator.tools.documents import DocumentText
from mockserver.domain.simulator.tools.grep import ArtifactGrep
from mockserver.domain.simulator.tools.images import ImageRead
from mockserver.domain.simulator.tools.invocation import Invocation, Tool
from mockserver.domain.simulator.tools.remote import RemoteTool
from mockserver.domain.simulator.tools.transforms import Transforms, transforms_of
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
        given = given_of(call, _settings, outputs)
        if given.lost:
            return unresolved(given.lost)
        transforms = transforms_of(call.configuration.value, self._transform, place)
        try:
            tool = self._tool(call)
            answer = tool(_invocation(call, given, transforms, outputs, place))
            is_left = answer.error or call.tool_type in _UNTRANSFORMED
            output = answer.output if is_left else transforms.result(answer.output)
        except ToolFailure as failure:
            return failed(reticent(failure) if given.has_secret else str(failure), given.shown)
        return Outcome(output, error=answer.error, overrides=given.shown, filters=answer.filters)

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


def _invocation(
    call: ToolCall, given: Given, transforms: Transforms, outputs: Mapping[str, JsonObject], place: Place
) -> Invocation:
    """Merge the arguments and transform them, the shown ones as well."""
    arguments: JsonObject = merged(call.arguments, given.overrides)
    masked: JsonObject = merged(call.arguments, given.shown) if given.shown != given.overrides else arguments
    own = call.arguments
    if transforms.input is not None:
        arguments, masked = _transformed(transforms, arguments, masked, outputs)
        own = {name: value for name, value in masked.items() if name not in given.overrides}
    return Invocation(call.configuration_name, arguments, masked, own, given.settings, given.shown_settings, place)


def _transformed(
    transforms: Transforms, arguments: JsonObject, masked: JsonObject, outputs: Mapping[str, JsonObject]
) -> tuple[JsonObject, JsonObject]:
    made = transforms.arguments(arguments, outputs)
    if arguments == masked:
        return made, made
    try:
        return made, transforms.arguments(masked, outputs)
    except ToolFailure:
        return made, dict.fromkeys(made, MASK)
