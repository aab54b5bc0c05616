"""Runs jq programs in a process of its own, started by `runtime.JqTransform`: a JSON request a line in, a JSON answer a line out.

A program runs in C and cannot be stopped within its process; it sees the process's environment (`env`, `$ENV`), and `import`
reads files. Here there is no environment to see, memory is bounded, and no program can import. The parent ends a slow process.
"""

import json
import os
import signal
import sys
from contextlib import suppress
from functools import lru_cache
from typing import Any

PROGRAMS_KEPT = 64
LONGEST_RESULT = 1_000_000
DEEPEST_RESULT = 100
LONGEST_RUN = 60
"""Seconds after which the process ends by itself, whatever runs: the parent, who would end it sooner, may have been killed."""
MOST_MEMORY = 512 << 20
_WORD = 1 << 63
PREFIX = ". as [$__document, $__now] | {} as $ENV | def env: $ENV; def now: $__now; $__document |\n"
"""Stands on a line before every program: it has `$ENV`, `env` and `now` mean what they may, and makes `import` a syntax error."""


def main() -> None:
    """Answer requests until there are no more."""
    _confine()
    import jq  # noqa: PLC0415 - where it is found comes with the arguments

    compiled = lru_cache(PROGRAMS_KEPT)(lambda program: jq.compile(PREFIX + program))
    for line in sys.stdin:
        _end_by_itself_after(LONGEST_RUN)
        answer = _answer(compiled, line)
        _end_by_itself_after(0)
        print(answer, flush=True)  # noqa: T201 - the answer


def _confine() -> None:
    sys.path[:] = sys.argv[1:]
    os.environ.clear()  # noqa: TID251 - nothing is read from it
    os.environ["TZ"] = "UTC"  # noqa: TID251
    with suppress(ImportError, ValueError, OSError):  # not every system can bound memory
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def _end_by_itself_after(seconds: int) -> None:
    """Let the system end the process; 0 takes that back. Not every system can."""
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


def _answer(compiled: Any, line: str) -> str:
    try:
        request = json.loads(line)
        found = next(iter(compiled(request["program"]).input_value([request["document"], request["now"]])))
        answer = json.dumps({"result": _plain(found, DEEPEST_RESULT)})
    except StopIteration:
        return json.dumps({"error": "it gives no value"})
    except (ValueError, MemoryError, RecursionError) as error:
        return json.dumps({"error": str(error) or type(error).__name__})
    return answer if len(answer) <= LONGEST_RESULT else json.dumps({"error": f"its value is over {LONGEST_RESULT} characters"})


def _plain(value: Any, depth: int) -> Any:
    """Bound the depth; integers beyond 64 bits become floating, as jq itself calculates."""
    if isinstance(value, dict | list) and depth == 0:
        raise ValueError(f"its value is nested deeper than {DEEPEST_RESULT} levels")
    if isinstance(value, dict):
        return {name: _plain(item, depth - 1) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth - 1) for item in value]
    return float(value) if isinstance(value, int) and not -_WORD <= value < _WORD else value


if __name__ == "__main__":
    main()
