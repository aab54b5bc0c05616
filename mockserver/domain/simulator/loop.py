"""The agent loop: step by step, tools then an answer, on to the next step where a condition says so (api-facts §2.4, §4.7)."""

from dataclasses import dataclass

from mockserver.domain import conditions
from mockserver.domain.artifacts import Artifact, upload_message
from mockserver.domain.events import (
    ArtifactUpload,
    Body,
    InputMessage,
    StepTransition,
    StepTransitionLimitExceeded,
    text_of,
)
from mockserver.domain.sessions import Parked
from mockserver.domain.simulator.acting import Done, acted
from mockserver.domain.simulator.answering import Said, answered
from mockserver.domain.simulator.decide import decided
from mockserver.domain.simulator.drafts import Drafts, Happens, Takes
from mockserver.domain.simulator.files import kept_uploads
from mockserver.domain.simulator.plan import StepPlan, skill_loads
from mockserver.domain.simulator.stage import Input, Stage, TurnEnd
from mockserver.domain.values import JsonObject


@dataclass(frozen=True, slots=True)
class Asked:
    """What the loop is about: the user's words, and the files that came with them."""

    text: str
    uploads: tuple[Artifact, ...] = ()


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a turn did before it waited for client tools: which tools it called, and what came of the calls."""

    called: frozenset[str] = frozenset()
    done: tuple[Done, ...] = ()


NOTHING_YET = Earlier()


def taken(stage: Stage, given: Input) -> Drafts[Asked]:
    """Take an input in: files first, then the message, then the skills that it asks for (api-facts §4.7, §9.28)."""
    equipment, text = stage.equipment, ""
    bodies: list[Body] = []
    uploads = kept_uploads(given.uploads, stage.session, equipment.store, stage.random, equipment.clock.now())
    if uploads:
        bodies.append(ArtifactUpload(tuple(artifact.reference() for artifact in uploads), upload_message(uploads)))
    if given.messages:
        message = InputMessage(given.messages)
        bodies += [message, *skill_loads(stage.agent, given.messages)]
        text = text_of(message)
    yield Takes(tuple(bodies))
    return Asked(text, uploads)


def stepped(stage: Stage, asked: Asked, step_name: str, earlier: Earlier = NOTHING_YET) -> Drafts[TurnEnd]:
    """Run steps until one has nothing to follow it."""
    transitions, called, done = 0, earlier.called, earlier.done
    while True:
        step = stage.plan.steps[step_name]
        stage.note(step)
        decision = decided(stage, step, asked.text, asked.uploads)
        result = yield from acted(stage, step, decision.without(called) if called else decision)
        if result.pending:
            return TurnEnd(step_name, Parked(result.pending, step_name, asked.text))
        called, done = frozenset(), (*done, *result.done)
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


def _joined(stage: Stage, joining: Input | None) -> Drafts[Asked]:
    """Let steering inputs in, one after the other; the agent goes on with all that they ask."""
    asked = Asked("")
    while joining:
        one = yield from taken(stage, joining)
        asked = Asked("\n".join(filter(None, (asked.text, one.text))), asked.uploads + one.uploads)
        joining = stage.steered()
    return asked


def _following(stage: Stage, step: StepPlan, said: Said) -> str | None:
    """Return the first step whose condition holds, None when none does: then the turn ends."""
    choices = step.step.get("next_steps", ())
    context = _condition_context(stage, said) if choices else {}
    for following in choices:
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
