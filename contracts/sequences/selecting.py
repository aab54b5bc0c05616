"""Which earlier requests a sequence needs: what made the objects that it names, and what was done to them."""

from collections.abc import Iterable

from contracts.sequences.names import made, objects, sent
from contracts.wire.exchange import Exchange


def whole(before: Iterable[Exchange], now: Iterable[Exchange]) -> list[Exchange]:
    """Return a sequence with what it needs of earlier writes, in their order.

    An earlier write is needed if it made something that is named later, or was about objects that are all named later.
    """
    now = list(now)
    wanted = set[str]().union(*map(sent, now))
    needed = []
    for exchange in sorted(before, key=lambda one: -one.began):
        about = objects(exchange)
        if made(exchange) & wanted or (about and wanted.issuperset(about)):
            needed.append(exchange)
            wanted |= sent(exchange)
    return [*reversed(needed), *now]
