"""A turn that is played where nobody else is: no queue, no interrupt, no second reader."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

from mockserver.domain.agents import Agent
from mockserver.domain.sessions import Session
from mockserver.domain.simulator.stage import Equipment, Input, Turn
from mockserver.domain.simulator.turns import begin
from mockserver.domain.streaming import Frame


class _Nobody:
    """A `Host` to whom nothing comes."""

    def steering(self, agent: Agent) -> Input | None:  # noqa: ARG002 - see the protocol
        return None

    def asking(self, session: Session, turn: Turn) -> AbstractContextManager[None]:  # noqa: ARG002
        return nullcontext()


def played_alone(equipment: Equipment, session: Session, given: Input) -> Iterator[Frame]:
    """Play a turn, at its pace, as frames: what `Runs.submit` gives, without its locks.

    Raises Refused where the input cannot be taken, or where the turn breaks off; what came before stays stored.
    """
    turn = begin(equipment, session, given, _Nobody())
    try:
        while (draft := turn.next()) is not None:
            if draft.wait:
                equipment.clock.sleep(draft.wait)
            yield from turn.record(draft)
    finally:
        turn.finish()
