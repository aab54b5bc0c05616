"""The schedules of a store in memory: no agent, no schedule."""

from collections.abc import Callable
from threading import RLock

from mockserver.domain.errors import Refused
from mockserver.domain.schedules import Schedule
from mockserver.stores.rows import MemoryCollection, Tally


class Schedules(MemoryCollection[Schedule]):
    """Keeps the schedules of agents that there are; `has_agent` says which."""

    def __init__(self, lock: RLock, number: Callable[[], int], tally: Tally, has_agent: Callable[[str], bool]) -> None:
        super().__init__(lock, number, tally)
        self._has_agent = has_agent

    def add(  # noqa: D102 - see the port
        self, row: Schedule, *, unless: Callable[[Schedule], bool] | None = None
    ) -> Schedule | None:
        with self._lock:
            if not self._has_agent(row.agent_key):
                raise Refused("SM301", f"There is no agent {row.agent_key!r}.", missing_id=row.agent_key)
            return super().add(row, unless=unless)

    def remove_those_of(self, agent_key: str) -> None:
        """Remove the schedules of an agent."""
        with self._lock:
            for schedule in self.listed(None):
                if schedule.agent_key == agent_key:
                    self.remove(schedule.key)
