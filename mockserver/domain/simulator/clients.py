"""Client tools: what the caller is asked to run, and what comes of it (api-facts §4.8)."""

from collections.abc import Mapping

from mockserver.domain.sessions import PendingCall
from mockserver.domain.simulator.calls import Outcome, ToolCall, ToolFailure, failed, given_of, reticent, unresolved
from mockserver.domain.simulator.stage import Stage
from mockserver.domain.simulator.tools import Transforms, merged, transforms_of
from mockserver.domain.values import JsonObject


def asked(stage: Stage, call: ToolCall, event_id: str, outputs: Mapping[str, JsonObject]) -> PendingCall | Outcome:
    """Return the call that the caller has to carry out, its arguments whole; what hinders it is the tool's failure at once."""
    given = given_of(call, _no_settings, outputs)
    if given.lost:
        return unresolved(given.lost)
    transforms = transforms_of(call.configuration.value, stage.equipment.transform, stage.place)
    try:
        arguments = transforms.arguments(merged(call.arguments, given.overrides), outputs)
    except ToolFailure as failure:
        return failed(reticent(failure) if given.has_secret else str(failure), given.shown)
    tool_id = call.configuration.value.get("tool_id")
    registered = stage.equipment.store.tools.get(tool_id or "")
    return PendingCall(
        event_id=event_id,
        tool_call_id=call.id,
        tool_configuration_name=call.configuration_name,
        tool_name=call.tool_name,
        arguments=arguments,
        overrides=given.shown,
        tool_id=tool_id,
        output_schema=registered.output_schema if registered else None,
        output_transform=transforms.output,
    )


def _no_settings(_: JsonObject) -> JsonObject:
    return {}


def answered(stage: Stage, call: PendingCall, given: JsonObject) -> Outcome:
    """Return what came of a call, as the model sees it; `given` fits the tool's output schema."""
    if given["type"] == "error":
        return failed(given["error"], call.overrides)
    transforms = Transforms(stage.equipment.transform, stage.place, output=call.output_transform)
    try:
        return Outcome(transforms.result(given["output"]), error=False, overrides=call.overrides, filters={})
    except ToolFailure as failure:
        return failed(str(failure), call.overrides)
