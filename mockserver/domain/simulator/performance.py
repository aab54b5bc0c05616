"""Perform a scenario: its acts one after the other, each with the same means as the agent's own turns."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from mockserver.domain.artifacts import Artifact, Upload, upload_message
from mockserver.domain.errors import Refused
from mockserver.domain.events import (
    ArtifactUpload,
    ClientToolPending,
    ContextLimitExceeded,
    InputMessage,
    SessionInterrupted,
    SkillLoad,
    StepTransition,
    StepTransitionLimitExceeded,
    StructuredOutput,
    Thinking,
    text_of,
)
from mockserver.domain.references import Resolved
from mockserver.domain.sessions import Parked, PendingCall
from mockserver.domain.simulator import acts as scripted
from mockserver.domain.simulator.act_texts import rendered
from mockserver.domain.simulator.acting import closing, opening, shown, skill_loaded
from mockserver.domain.simulator.acts import Act, as_json
from mockserver.domain.simulator.calls import Outcome, ToolCall
from mockserver.domain.simulator.compaction import compacted, older
from mockserver.domain.simulator.decide import new_call_id
from mockserver.domain.simulator.drafts import Drafts, Happens, Reports, Shows, Waits
from mockserver.domain.simulator.files import kept_file
from mockserver.domain.simulator.loop import NOTHING_YET, Asked, Earlier, stepped
from mockserver.domain.simulator.stage import Input, Stage, TurnEnd
from mockserver.domain.simulator.subagents import asked as ask
from mockserver.domain.templating import TemplateError, parse
from mockserver.domain.values import JsonObject

_NOTHING = Resolved({}, {})
_PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
"""The smallest PNG that shows something: one pixel."""

Step: TypeAlias = Drafts[TurnEnd | None]


class Performance:
    """The acts of one turn. A turn that waits for client tools keeps those that are left, and goes on counting."""

    def __init__(self, stage: Stage, asked: Asked, acts: Sequence[Act], step: str, performed: int = 0) -> None:
        self._stage = stage
        self._asked = asked
        self._left = deque(acts)
        self._step = step
        self._performed = performed

    def __call__(self, earlier: Earlier = NOTHING_YET) -> Drafts[TurnEnd]:
        """Perform them all, or as far as one that ends the turn. The first answer takes up what was done earlier."""
        said = ""
        while self._left:
            act = self._left.popleft()
            if isinstance(act, scripted.Repeat):
                self._unfold(act)
                continue
            act = rendered(act, self._render)
            end = yield from self._performing(act, earlier)
            self._performed += 1
            earlier = NOTHING_YET if isinstance(act, scripted.Answer) else earlier
            said = act.text if isinstance(act, scripted.Say) else said
            if end is not None:
                return end
        self._stage.used(self._stage.plan.steps[self._stage.plan.start], said, is_said=True)
        return TurnEnd(self._step)

    def _unfold(self, act: scripted.Repeat) -> None:
        """Put one round of a repetition in front, and what is left of it behind that."""
        if act.times > 1:
            self._left.appendleft(scripted.Repeat(act.times - 1, act.acts))
        if act.times > 0:
            self._left.extendleft(reversed(act.acts))

    def _render(self, text: str) -> str:
        return _filled(self._stage, text, self._asked.text, self._performed)

    def _performing(self, act: Act, earlier: Earlier) -> Step:
        if isinstance(act, scripted.Answer):
            return (yield from self._answering(earlier))
        if isinstance(act, scripted.Client):
            return (yield from self._waiting(act))
        if isinstance(act, scripted.Transition):
            yield Happens(StepTransition(self._step, act.to, act.content))
            self._step = act.to
            return None
        if ending := _ENDINGS.get(type(act)):
            yield Happens(ending(act))
            return TurnEnd(self._step)
        yield from _PERFORMERS[type(act)](self._stage, act)
        return None

    def _answering(self, earlier: Earlier) -> Step:
        """Do what the agent would do by itself, then go on with the acts behind; it answers when what it waits for is there."""
        end = yield from stepped(self._stage, self._asked, self._known_step(), earlier)
        self._step = end.step or self._step
        if end.parked:
            self._left.appendleft(scripted.Answer())
            return TurnEnd(end.step, self._parked(end.parked, self._performed))
        return None

    def _known_step(self) -> str:
        return self._step if self._step in self._stage.plan.steps else self._stage.plan.start

    def _waiting(self, act: scripted.Client) -> Step:
        pending = []
        for client in act.calls:
            call, event_id = _call(self._stage, client.tool, client.name, client.input), self._stage.new_id()
            yield opening(call, event_id)
            pending.append(
                PendingCall(event_id, call.id, client.tool, client.name, client.input, {}, output_schema=client.output_schema)
            )
        yield Happens(ClientToolPending(tuple(call.as_json() for call in pending)))
        return TurnEnd(self._step, self._parked(Parked(tuple(pending), self._step, self._asked.text), self._performed + 1))

    def _parked(self, parked: Parked, performed: int) -> Parked:
        """Keep the acts that are left."""
        return replace(parked, acts=tuple(as_json(list(self._left))), performed=performed)


def handed_over(stage: Stage, given: Input, acts: Sequence[Act]) -> tuple[Input, Sequence[Act]]:
    """Let files that a script begins with come in as if the user had sent them with this input; return what is left."""
    left = deque(acts)
    uploads = []
    message = text_of(InputMessage(given.messages))
    while left and isinstance(left[0], scripted.MakeArtifact) and left[0].by == "user":
        file = rendered(left.popleft(), lambda text: _filled(stage, text, message, 0))
        assert isinstance(file, scripted.MakeArtifact)  # noqa: S101 - rendering keeps the kind
        uploads.append(Upload(file.filename, file.mime_type, file.data))
    return replace(given, uploads=(*given.uploads, *uploads)), tuple(left)


def _filled(stage: Stage, text: str, message: str, index: int) -> str:
    """Fill in a text of the scenario. Raises Refused SM401 where it cannot be rendered."""
    try:
        return stage.equipment.dialect.render(parse(text), {**stage.plan.context, "message": message, "index": index})
    except TemplateError as error:
        raise Refused("SM401", f"A text of the scenario cannot be rendered: {error}") from error


def _call(stage: Stage, tool: str, name: str, arguments: JsonObject, kind: str = "lambda", **settings: Any) -> ToolCall:
    return ToolCall(new_call_id(stage.random), tool, kind, name, arguments, _NOTHING, (), Resolved(settings, settings))


def _tools(stage: Stage, calls: Sequence[scripted.Call]) -> Drafts[None]:
    """Call tools that are there in the script only: all are called before the first returns."""
    opened = [(_call(stage, call.tool, call.name, call.input), call) for call in calls]
    yield from (opening(call) for call, _ in opened)
    for call, script in opened:
        for news in script.activity:
            yield Reports(call, news, stage.pace.before_piece(stage.random))
        output = script.output if script.error is None else script.error
        outcome = Outcome(output or {}, error=script.error is not None, overrides=None, filters={})
        yield closing(call, outcome, stage.pace.before_answer(stage.random))


def _structured(stage: Stage, act: scripted.Structured) -> Iterator[Happens]:
    yield Happens(StructuredOutput(act.name, act.content), stage.pace.before_answer(stage.random))


def _skill(stage: Stage, act: scripted.Skill) -> Iterator[Happens]:
    known = stage.agent.config.get("skills", {}).get(act.name, {})
    content = act.content if act.content is not None else known.get("content", f"The skill {act.name}.")
    if act.by == "model":
        yield from skill_loaded(stage, act.name, content)
    else:
        yield Happens(SkillLoad(act.name, content))


def _image(stage: Stage, act: scripted.Image) -> Iterator[Happens | Shows]:
    files = (file for file in stage.equipment.store.artifacts(stage.session) if file.mime_type.startswith("image/"))
    image = next(files, None) or _made(stage, act.filename, "image/png", _PICTURE, None)
    output = {"artifact_id": image.id, "detail": act.detail}
    call = _call(stage, "image_read", "image_read", output, "image_read")
    yield opening(call)
    yield shown(call, Outcome(output, error=False, overrides=None, filters={}), stage.pace.before_answer(stage.random))


def _file(stage: Stage, act: scripted.MakeArtifact) -> Iterator[Happens]:
    if act.by == "user":
        made = _made(stage, act.filename, act.mime_type, act.data, act.description)
        yield Happens(ArtifactUpload((made.reference(),), upload_message([made])))
        return
    call = _call(stage, "artifact_create", "artifact_create", {"filename": act.filename})
    yield opening(call)
    made = _made(stage, act.filename, act.mime_type, act.data, act.description)
    outcome = Outcome(made.reference(), error=False, overrides=None, filters={})
    yield closing(call, outcome, stage.pace.before_answer(stage.random))


def _made(stage: Stage, filename: str, mime_type: str, data: bytes, description: str | None) -> Artifact:
    store, now = stage.equipment.store, stage.equipment.clock.now()
    return kept_file(Upload(filename, mime_type, data), stage.session, store, stage.random, now, description=description)


def _sub_agent(stage: Stage, act: scripted.SubAgent) -> Drafts[None]:
    settings = {"agent_key": act.agent or stage.agent.key, "session_mode": "ephemeral"}
    call = _call(stage, act.tool, "sub_agent", {"message": act.message}, "sub_agent", sub_agent_configuration=settings)
    yield opening(call)
    outcome = yield from ask(stage, call, {}, (scripted.Say(act.answer),))
    yield closing(call, outcome, stage.pace.before_answer(stage.random))


def _compaction(stage: Stage, act: scripted.Compact) -> Drafts[None]:
    """Compact what is older than this input or, where nothing is, all that has happened so far: a script is obeyed."""
    visible = stage.history
    events = older(visible, keep=1) or visible
    yield from compacted(events, stage.session.effective_compaction, stage.random, summary=act.summary)


def _failure(_: Stage, act: scripted.Fail) -> Iterator[Happens]:
    raise Refused("SM420", act.text)


_ENDINGS: Mapping[type[Act], Callable[[Any], Any]] = {
    scripted.ExceedTransitions: lambda act: StepTransitionLimitExceeded(act.limit),
    scripted.ExceedContext: lambda act: ContextLimitExceeded(act.limit, act.tokens),
    scripted.Interrupt: lambda _: SessionInterrupted(),
}
_PERFORMERS: Mapping[type[Act], Callable[[Stage, Any], Iterator[Any]]] = {
    scripted.Think: lambda stage, act: stage.spoken(act.text, Thinking),
    scripted.Say: lambda stage, act: stage.spoken(act.text),
    scripted.Call: lambda stage, act: _tools(stage, [act]),
    scripted.Parallel: lambda stage, act: _tools(stage, act.calls),
    scripted.Structured: _structured,
    scripted.Skill: _skill,
    scripted.Image: _image,
    scripted.MakeArtifact: _file,
    scripted.SubAgent: _sub_agent,
    scripted.Compact: _compaction,
    scripted.Fail: _failure,
    scripted.Wait: lambda _, act: iter([Waits(act.seconds)]),
}
