"""The worlds of a mock: one for each tenant (a customer's account), and one more for each test that asks for its own.

A world has a store of its own with all that runs on it, so nothing of one shows in another: no object, no id, no count, no cache.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock

from mockserver.domain.errors import Refused
from mockserver.faults import Chaos
from mockserver.operations.call import Services


@dataclass(frozen=True, slots=True)
class World:
    """What a tenant sees, or one test of a tenant: services over a store of its own, and chaos of its own."""

    tenant: str
    test_id: str | None
    services: Services
    chaos: Chaos

    def close(self) -> None:
        """Play no turn any further."""
        self.services.runs.reset(_nothing)


OpenWorld = Callable[[str | None], World]
"""Opens a world of one tenant as it starts: its own, or that of a test."""


class Worlds:
    """All worlds. Those of tenants are there from the beginning, those of tests from their first request on.

    Of these a tenant has at most `most_tests`: the one whose latest request is the oldest goes first, if nothing runs in it.
    """

    def __init__(self, tenants: Mapping[str, OpenWorld], *, most_tests: int) -> None:
        self._open: Mapping[str, OpenWorld] = tenants
        self._own = {name: open_world(None) for name, open_world in tenants.items()}
        self._as_tests_begin = {name: open_world("") for name, open_world in tenants.items()}
        self._tests: OrderedDict[tuple[str, str], World] = OrderedDict()
        self._most_tests = most_tests
        self._lock = Lock()

    @property
    def tenants(self) -> tuple[str, ...]:
        """The names of the tenants, the first of which is meant where none is named."""
        return tuple(self._own)

    def seen(self, tenant: str, test_id: str | None) -> World:
        """Return a world to look at only: that of a test which is yet to begin is one that begins like it."""
        if test_id is None:
            return self._own[tenant]
        with self._lock:
            return self._tests.get((tenant, test_id), self._as_tests_begin[tenant])

    def entered(self, tenant: str, test_id: str | None) -> World:
        """Return a world for a request; that of a test begins with its first. Raises Refused SM217 when there are too many."""
        if test_id is None:
            return self._own[tenant]
        with self._lock:
            world = self._tests.get((tenant, test_id))
            if world is None:
                self._make_room(tenant)
                world = self._tests[tenant, test_id] = self._open[tenant](test_id)
            self._tests.move_to_end((tenant, test_id))
            return world

    def tests(self) -> list[World]:
        """Return the worlds of tests, the one that was used last in the end."""
        with self._lock:
            return list(self._tests.values())

    def own(self) -> list[World]:
        """Return the tenants' own worlds."""
        return list(self._own.values())

    def end_tests(self, test_id: str | None = None) -> int:
        """Forget the worlds of a test, of all tests without one; say how many there were."""
        with self._lock:
            names = [name for name in self._tests if test_id in (None, name[1])]
            ended = [self._tests.pop(name) for name in names]
        for world in ended:
            world.close()
        return len(ended)

    def _make_room(self, tenant: str) -> None:
        own = [name for name in self._tests if name[0] == tenant]
        if len(own) < self._most_tests:
            return
        idle = next((name for name in own if len(self._tests[name].services.runs) == 0), None)
        if idle is None:
            raise Refused("SM217", f"In all of the {self._most_tests} worlds of tests something runs (setting test_worlds).")
        del self._tests[idle]


def _nothing() -> None:
    """Change nothing."""
