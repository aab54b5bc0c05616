"""`/__admin/chaos`: the rules that put faults on answers."""

import json
from collections.abc import Collection, Sequence

from flask import Response

from mockserver.domain.chaos import FAULTS, RuleError, rules_of
from mockserver.domain.values import JsonObject
from mockserver.faults import Chaos
from mockserver.web.replies import json_reply, problem


def chaos_as_json(chaos: Chaos) -> JsonObject:
    """Write the rules, as they can be sent back, and the table of faults."""
    return {"rules": [rule.as_json() for rule in chaos.rules], "faults": [fault.as_json() for fault in FAULTS.values()]}


def set_chaos(worlds: Sequence[Chaos], body: bytes, operation_ids: Collection[str]) -> Response:
    """Set the rules of a body in these worlds; one with a mistake changes nothing, and is answered with its place."""
    try:
        rules = rules_of(json.loads(body), operation_ids)
    except RuleError as error:
        return problem(f"{error.pointer} {error.reason}.", status=400, pointer=error.pointer)
    except (ValueError, RecursionError) as error:
        return problem(f"The body is not JSON: {error}.", status=400, pointer="")
    for chaos in worlds:
        chaos.replace(rules)
    return json_reply(chaos_as_json(worlds[0]))
