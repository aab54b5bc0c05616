"""The agent loop: step by step, tools then an answer, on to the next step where a condition says so (api-facts §2.4, §4.7)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mockserver.domain import conditions
from mockserver.domain.artifacts import Artifact, upload_message
from mockserver.domain.events import (
    ArtifactUpload,
    InputMessage,
    SkillLoad,
    StepTransition,
    StepTransitionLimitExceeded,
    text_of,
)
from mockserver.domain.sessions import Parked
from mockserver.domain.simulator.acting import Done, acted
from mockserver.domain.simulator.answering import Said, answered
from mockserver.domain.simulator.decide import decided
from mockserver.domain.simulator.drafts import Drafts, Happens
from mockserver.domain.simulator.files import kept_uploads
from mockserver.domain.simulator.plan import StepPlan, skill_loads
from mockserver.domain.simulator.stage import Input, Stage, TurnEnd
from mockserver.domain.values import JsonObject


@dataclass(frozen=True, slots=True)
class Asked:
    """What the loop is about: the user's words, and the files that came with them."""

    text: str
    uploads: tuple[Artifact, ...] = ()


def taken(stage: Stage, given: Input) -> Drafts[Asked]:
    """Take an input in: files first, then the message, then the skills that it asks for (api-facts §4.7, §9.28)."""
    equipment = stage.equipment
    uploads = kept_uploads(given.uploads, stage.session, equipment.store, stage.random, equipment.clock.now())
    if uploads:
        references = tuple(artifact.reference() for artifact in uploads)
        yield Happens(ArtifactUpload(references, upload_message(uploads)), given=True)
    if not given.messages:
        return Asked("", uploads)
    message = InputMessage(given.messages)
    yield Happens(message, given=True)
    loads: list[SkillLoad] = skill_loads(stage.agent, given.messages)
    yield from (Happens(load, given=True) for load in loads)
    return Asked(text_of(message), uploads)


def stepped(stage: Stage, asked: Asked, step_name: str, done: Sequence[Done] = ()) -> Drafts[TurnEnd]:
    """Run steps until one has nothing to follow it. `done` are calls that a parked turn waited for."""
    transitions = 0
    while True:
        step = stage.plan.steps[step_name]
        stage.note(step)
        decision = decided(stage, step, asked.text, asked.uploads)
        if done:
            decision = replace(decision, thinking=None, waves=(), skill=None)
        result = yield from acted(stage, step, decision)
        if result.pending:
            return TurnEnd(step_name, Parked(result.pending, step_name, asked.text))
        done = (*done, *result.done)
        if joining := stage.steered():
            asked = yield from _joined(stage, joining)
            continue
        said = yield from answered(stage, step, asked.text, decision, done, asked.uploads)
        if joining := stage.steered():
            asked, done = (yield from _joined(stage, joining)), ()
            continue
        following = _following(stage, step, said)
        if following is None:
            return TurnEnd(step.step.get("reentry_step", step_name))
        if transitions == stage.equipment.transition_limit:
            yield Happens(StepTransitionLimitExceeded(transitions))
            return TurnEnd(step_name)
        transitions += 1
        yield Happens(StepTransition(step_name, following, said.text))
        step_name, asked, done = following, Asked(asked.text), ()


def _joined(stage: Stage, joining: Sequence[Input]) -> Drafts[Asked]:
    """Let steering inputs in, one after the other; the agent goes on with all that they ask."""
    asked = Asked("")
    for given in joining:
        one = yield from taken(stage, given)
        asked = Asked("\n".join(filter(None, (asked.text, one.text))), asked.uploads + one.uploads)
    return asked


def _following(stage: Stage, step: StepPlan, said: Said) -> str | None:
    """Return the first step whose condition holds, None when none does: then the turn ends."""
    context = _condition_context(stage, said)
    for following in step.step.get("next_steps", ()):
        condition = following.get("condition")
        if condition is None or conditions.holds(conditions.parse(condition), context):
            return str(following["step_name"])
    return None


def _condition_context(stage: Stage, said: Said) -> JsonObject:
    """Return what conditions see (api-facts §2.4)."""
    agent, session = stage.agent, stage.session
    return {
        "agent": {
            "name": agent.name,
            "key": agent.key,
            "description": agent.config.get("description"),
            "metadata": agent.metadata,
        },
        "session": {
            "key": session.key,
            "name": session.name,
            "description": session.description,
            "metadata": session.metadata,
        },
        "currentDate": stage.plan.context["currentDate"],
        "tools": stage.outputs(),
        "output": said.output,
    }
