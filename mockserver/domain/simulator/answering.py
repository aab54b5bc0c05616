"""What the agent says in the end of a step: words, or JSON that fits the schema of the step."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.domain.artifacts import Artifact
from mockserver.domain.events import StructuredOutput
from mockserver.domain.simulator import prose
from mockserver.domain.simulator.acting import Done
from mockserver.domain.simulator.decide import Decision
from mockserver.domain.simulator.drafts import Drafts, Happens
from mockserver.domain.simulator.intent import Intent
from mockserver.domain.simulator.plan import StepPlan
from mockserver.domain.simulator.stage import Stage
from mockserver.domain.structured import value_for
from mockserver.domain.values import JsonObject


@dataclass(frozen=True, slots=True)
class Said:
    """What a step gave: `output` is what conditions see as `$.output`, `text` is what the next step is told."""

    output: JsonObject
    text: str


def answered(
    stage: Stage, step: StepPlan, text: str, decision: Decision, done: Sequence[Done], uploads: Sequence[Artifact]
) -> Drafts[Said]:
    """Give the answer of a step, as its output parser wants it."""
    parser = step.step["output_parser"]
    if parser["type"] == "structured":
        return (yield from _structured(stage, step, parser["json_schema"], text))
    words = " ".join(filter(None, (step.opening, worded(stage, step, decision, done, uploads))))
    stage.used(step, words)
    yield from stage.spoken(words)
    return Said({"text": words}, words)


def _structured(stage: Stage, step: StepPlan, spec: JsonObject, text: str) -> Drafts[Said]:
    value: Any = value_for(spec["schema"], stage.random, hint=text)
    written = json.dumps(value, ensure_ascii=False)
    stage.used(step, written)
    yield Happens(StructuredOutput(spec["name"], value), stage.pace.before_answer(stage.random))
    return Said(value if isinstance(value, dict) else {"value": value}, written)


def worded(stage: Stage, step: StepPlan, decision: Decision, done: Sequence[Done], uploads: Sequence[Artifact]) -> str:
    """Say it in the language of the step: what was found, what tools returned, what was said before, or a greeting."""
    phrases = prose.PHRASES[step.language]
    if done:
        return _from_tools(phrases, done)
    if uploads:
        return phrases.received.format(files=", ".join(artifact.filename for artifact in uploads))
    if decision.intent is Intent.RECALL:
        return prose.recalled(phrases, decision.quote)
    if decision.intent is Intent.KNOWLEDGE:
        return phrases.nothing
    persona = stage.random.choice(stage.equipment.words.names(step.language))
    return phrases.greeting.format(name=persona, agent=stage.agent.name)


def _from_tools(phrases: prose.Phrases, done: Sequence[Done]) -> str:
    sound = [call for call in done if not call.outcome.error]
    if not sound:
        return phrases.failed
    searches = [call.outcome.output["search_results"] for call in sound if _is_search(call.outcome.output)]
    results = [result for found in searches for result in found]
    parts = [prose.reported(phrases, call.tool, call.outcome.output) for call in sound if not _is_search(call.outcome.output)]
    if results or (searches and not parts):
        parts.append(prose.found(phrases, sorted(results, key=lambda result: -result["score"])))
    return " ".join(parts)


def _is_search(output: JsonObject) -> bool:
    """Say whether it is the output of a search over corpora, whatever a transform or a tool of the caller may have made of it."""
    found = output.get("search_results")
    return isinstance(found, list) and all(map(_is_hit, found))


def _is_hit(value: Any) -> bool:
    match value:
        case {"score": bool()}:
            return False
        case {"document_id": str(), "text": str(), "score": int() | float()}:
            return True
        case _:
            return False
