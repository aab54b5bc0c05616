"""Steps: what comes out of one, which comes next, which takes the next message (api-facts §2.4, §2.6)."""

import jsonschema_rs
import pytest

from contracts.checks.holding import hold_turn
from contracts.client import Api, Json, message, of_type
from contracts.document import event_order
from contracts.promises import keeps
from contracts.world import RunWorld

QUESTION = "I have not got my order 4711 of yesterday. Where is it?"


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


TICKET = _object(
    subject={"type": "string"},
    urgency={"type": "string", "enum": ["low", "normal", "high"]},
    order={"anyOf": [{"type": "integer"}, {"type": "null"}]},
    is_angry={"type": "boolean"},
    score={"type": "number"},
    items={"type": "array", "items": _object(name={"type": "string"}, count={"type": "integer"})},
    customer=_object(name={"type": "string"}, tags={"type": "array", "items": {"type": "string"}}),
)
ALWAYS_BILLING = _object(intent={"type": "string", "enum": ["billing"]})


def _parser(name: str, schema: Json) -> Json:
    return {"type": "structured", "json_schema": {"name": name, "schema": schema, "strict": True}}


@keeps("SC316")
@pytest.mark.parametrize("form", ["json", "stream"])
@pytest.mark.parametrize("schema", [TICKET, ALWAYS_BILLING], ids=["nested", "one-value"])
def test_structured_output_fits_the_schema_of_its_step(world: RunWorld, api: Api, schema: Json, form: str):
    rule = "Turn what the user writes into the JSON that is asked for."
    session = world.session(world.agent(instructions=[rule], parser=_parser("ticket", schema)))
    if form == "json":
        answer = api.say(session, QUESTION)
    else:
        with api.open(session, message(QUESTION)) as stream:
            answer = stream.rest()
    (output,) = of_type(answer, "structured_output")
    assert output["schema_name"] == "ticket"
    assert [fault.message for fault in jsonschema_rs.validator_for(schema).iter_errors(output["content"])] == []
    assert of_type(api.events(session), "structured_output") == [output]


TIER = "get('$.session.metadata.tier')"
INTENT = "get('$.output.intent')"
DESKS: Json = {"gold": {}, "silver": {}, "anybody": {}}


def _intake(*following: tuple[str | None, str]) -> Json:
    conditions = [({} if condition is None else {"condition": condition}) | {"step_name": name} for condition, name in following]
    return {"intake": {"next_steps": conditions}, **DESKS}


BY_TIER = _intake((f"{TIER} == 'gold'", "gold"), (f"{TIER} == 'silver'", "silver"))
BY_TIER_OR_ELSE = _intake((f"{TIER} == 'gold'", "gold"), (None, "anybody"), (f"{TIER} == 'silver'", "silver"))
BY_INTENT = _intake((f"{INTENT} == 'refund'", "gold"), (f"{INTENT} == 'billing'", "silver"))
BY_INTENT["intake"]["output_parser"] = _parser("intent", ALWAYS_BILLING)
CHAIN = {
    "intake": {"next_steps": [{"step_name": "gold", "condition": f"{TIER} != 'silver'"}]},
    "gold": {"next_steps": [{"step_name": "silver", "condition": f"{TIER} == 'gold' && get('$.session.metadata.n') > 2"}]},
    "silver": {},
}
WAYS: tuple[tuple[Json, Json, list[str]], ...] = (
    (BY_TIER, {"tier": "gold"}, ["gold"]),
    (BY_TIER, {"tier": "silver"}, ["silver"]),
    (BY_TIER, {"tier": "bronze"}, []),
    (BY_TIER, {}, []),
    (BY_TIER_OR_ELSE, {"tier": "gold"}, ["gold"]),
    (BY_TIER_OR_ELSE, {"tier": "silver"}, ["anybody"]),
    (BY_INTENT, {}, ["silver"]),
    (CHAIN, {"tier": "gold", "n": 3}, ["gold", "silver"]),
    (CHAIN, {"tier": "gold", "n": 2}, ["gold"]),
)


@keeps("SC317")
@pytest.mark.parametrize(("steps", "metadata", "way"), WAYS)
def test_the_first_condition_that_holds_leads_on(world: RunWorld, api: Api, steps: Json, metadata: Json, way: list[str]):
    agent = world.agent(instructions=["Answer in one short sentence."], steps=steps)
    session = world.session(agent, metadata=metadata)
    answer = api.say(session, QUESTION)
    passed = [(event["from_step"], event["to_step"]) for event in of_type(answer, "step_transition")]
    assert passed == list(zip(["intake", *way], way, strict=False))
    assert len(of_type(answer, "agent_output") + of_type(answer, "structured_output")) > len(way)
    hold_turn(answer, event_order())


@keeps("SC318")
def test_the_reentry_step_is_shown_and_takes_the_next_message(world: RunWorld, api: Api):
    steps: Json = {
        "welcome": {"next_steps": [{"step_name": "intake"}]},
        "intake": {"reentry_step": "desk"},
        "desk": {"output_parser": _parser("note", ALWAYS_BILLING), "next_steps": [{"step_name": "goodbye"}]},
        "goodbye": {},
    }
    session = world.session(world.agent(instructions=["Answer in one short sentence."], steps=steps))
    ways = []
    for place in (None, "desk", "goodbye"):
        assert _place(api, session) in ({None, "welcome"} if place is None else {place})
        answer = api.say(session, QUESTION)
        ways.append([(event["from_step"], event["to_step"]) for event in of_type(answer, "step_transition")])
        assert len(of_type(answer, "structured_output")) == (place == "desk")
    assert ways == [[("welcome", "intake")], [("desk", "goodbye")], []]


def _place(api: Api, session: Json) -> str | None:
    place: str | None = api.session(session["agent_key"], session["key"]).get("current_step_name")
    return place
