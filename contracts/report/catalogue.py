"""The page of all promises: what each says, how severe it is when it is broken, what its check takes, and what it looks at."""

from collections.abc import Iterable, Iterator

from contracts.about import checks, operations_of
from contracts.promise import CLASSES, MEANINGS, Needs, Promise
from contracts.promises import PROMISES

_HEAD = """\
# Promises

What `sessions-contracts run` holds a target to, by class. `sessions-contracts explain CODE` tells of one; this page is
written by `sessions-contracts explain --page FILE`.

An *exact* promise is kept or broken. A *statistical* one depends on what a live model says: there a single failure is a reason to
look, not yet a defect. A promise whose needs are not met is told as not testable.
"""


def catalogue(promises: Iterable[Promise] = PROMISES.values()) -> str:
    """Write the page in Markdown."""
    promises = list(promises)
    return "\n".join([_HEAD, *_needs(), *(line for kind in CLASSES for line in _class(kind, promises))])


def explained(promise: Promise) -> Iterator[str]:
    """Write what there is to say of one promise, line by line."""
    kept = "exact" if promise.exact else "statistical on a live model"
    yield f"{promise.code}  [{promise.kind}, {promise.severity}]  {promise.sentence}"
    yield f"       {kept}; needs {', '.join(promise.needs) or 'nothing special'}"
    yield from (f"         {need}: {MEANINGS[need]}" for need in promise.needs)
    names = [f"{one.method} {one.path}" for one in operations_of(promise.code)] or ["every operation"]
    yield from (f"       looks at {name}" for name in names)
    yield from (f"       checked by {suite} {name}" for name, (codes, suite) in checks().items() if promise.code in codes)


def _needs() -> Iterator[str]:
    yield from ("## Needs", "", "| need | what it takes |", "| --- | --- |")
    yield from (f"| {need} | {MEANINGS[need]} |" for need in Needs)
    yield ""


def _class(kind: str, promises: Iterable[Promise]) -> Iterator[str]:
    rows = [promise for promise in promises if promise.kind == kind]
    if rows:
        yield from (f"## {kind.capitalize()} ({CLASSES[kind]})", "")
        yield from ("| code | promise | kept | needs | operations | suite |", "| --- | --- | --- | --- | --- | --- |")
        yield from map(_row, rows)
        yield ""


def _row(promise: Promise) -> str:
    about = ", ".join(f"`{operation.id}`" for operation in operations_of(promise.code)) or "all"
    suites = ", ".join(sorted({f"`{suite}`" for codes, suite in checks().values() if promise.code in codes}))
    kept = "exact" if promise.exact else "statistical"
    return f"| {promise.code} | {promise.sentence} | {kept} | {', '.join(promise.needs)} | {about} | {suites} |"
