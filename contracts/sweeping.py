"""Removes what a run left behind: what its journal holds and bears its id, and nothing else."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from contracts.client import Api
from contracts.journal import Intent, Left, journals
from contracts.target import TargetError, UnreachableError, check_reachable, open_target

_GONE = httpx.codes.NOT_FOUND


@dataclass(frozen=True, slots=True)
class Swept:
    """What came of the objects in a journal. `left` says what is still there, and why."""

    removed: int
    gone: int
    left: tuple[str, ...]


def sweep(apis: Sequence[Api], journal: Left) -> Swept:
    """Remove what is left of a run, as each of these callers; its journal goes where nothing is left.

    Raises httpx.HTTPError where the target does not answer.
    """
    removed, gone, left = 0, 0, []
    for intent in journal.intents:
        try:
            count = _swept(apis, intent, journal.run_id)
        except AssertionError as refusal:
            left.append(f"{intent.collection.path} {intent.mark}: {refusal}")
        else:
            removed += count
            gone += not count
    if not left:
        journal.file.unlink(missing_ok=True)
    return Swept(removed, gone, tuple(left))


def _swept(apis: Sequence[Api], intent: Intent, run_id: str) -> int:
    """Remove an object as the first caller who finds it; return how many there were."""
    for api in apis:
        if paths := list(_objects(api, intent, run_id)):
            return sum(api.remove(path) for path in paths)
    return 0


def _objects(api: Api, intent: Intent, run_id: str) -> Iterator[str]:
    """Find an object: where an answer told that it is, else by its mark, which has to bear the run's id to be the run's own.

    What is there under another mark is somebody else's, or changed by generated requests: it is left, and told.
    """
    collection, path = intent.collection, intent.path
    field = intent.field or collection.marks[0]
    if path is None and run_id not in intent.mark:
        return
    if path is None and field == collection.identity:
        path = f"{collection.path}/{intent.mark}"
    if path is not None:
        there = api.call("GET", path, expect={httpx.codes.OK, _GONE})
        if there.is_success:
            mark = there.json().get(field)
            assert mark == intent.mark or run_id in str(mark), f"{path} has the {field} {mark!r}, not {intent.mark!r}"  # noqa: S101
            yield path
        return
    for one in api.listed(collection.path):
        if one.get(field) == intent.mark:
            yield f"{collection.path}/{one[collection.identity]}"


def sweep_all(
    say: Callable[[str], object],
    *,
    url: str | None,
    api_key: str,
    other_api_key: str | None,
    allow_host: Sequence[str],
    journal_dir: str,
) -> int:
    """Sweep by every journal of a folder, or those of one target, and say what came of it; return the exit code."""
    wanted = [left for left in journals(Path(journal_dir)) if url is None or left.target == url.rstrip("/")]
    if not wanted:
        say(f"No run left a journal in {journal_dir}{f' for {url}' if url else ''}: there is nothing to sweep.")
    codes = [0]
    for left in wanted:
        try:
            target = open_target(url=left.target, app=None, api_key=api_key, other_api_key=other_api_key, allow_hosts=allow_host)
            check_reachable(target)
            with target.http() as http:
                keys = [key for key in (target.api_key, target.other_api_key) if key]
                swept = sweep([Api(http, key) for key in keys], left)
        except UnreachableError as error:
            say(str(error))
            codes.append(3)
        except TargetError as error:
            say(str(error))
            codes.append(2)
        else:
            total = len(left.intents)
            say(
                f"Run {left.run_id} on {left.target}: {total} in its journal, {swept.removed} removed, "
                f"{swept.gone} gone already, {len(swept.left)} left."
            )
            for reason in swept.left:
                say(f"  left: {reason}")
            codes.append(1 if swept.left else 0)
    return max(codes)
