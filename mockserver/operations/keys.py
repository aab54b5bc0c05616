"""Keys that the mock makes where a request brings none: from a name, so that people know it again, and from chance."""

from collections.abc import Callable

from mockserver.domain.values import slug
from mockserver.operations.call import Services

LONGEST_KEY = 50
_DIGITS = 4


def generated_key(prefix: str, name: str, services: Services, attempt: int) -> str:
    """Make a key from a name: `agt_support_3f2a`. The name is cut so that the key keeps to 50 characters (api-facts §2.3).

    Late attempts have more digits, so that there is always a free key, however many resources share a name.
    """
    digits = _DIGITS
    while attempt >= 16 ** (digits - 1):
        digits += _DIGITS
    suffix = services.ids.random_for("key", prefix, name, attempt).getrandbits(4 * digits)
    return f"{prefix}_{slug(name, longest=LONGEST_KEY - len(prefix) - digits - 2)}_{suffix:0{digits}x}"


def free_attempt(is_taken: Callable[[int], bool]) -> int:
    """Return an attempt that is not taken: the first, where they are taken in order. Asks some 2 log2(n) times for n taken."""
    taken, free = -1, 0
    while is_taken(free):
        taken, free = free, 2 * free + 1
    while free - taken > 1:
        middle = (taken + free) // 2
        taken, free = (middle, free) if is_taken(middle) else (taken, middle)
    return free
