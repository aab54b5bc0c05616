"""What turns cost, from request to answer without a network, in CPU time by kind of turn.

`python tests/benchmarks/turns.py` measures the code beside it. With `--against COMMIT` that version is measured too, in
alternation on the same machine, and the ratios are printed. It speaks HTTP alone, so that it runs on any version that has turns;
sessions of fixtures are made where there are such.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).relative_to(ROOT)
HEADERS = {"x-api-key": "mock-owner"}
SESSIONS = "/v2/agents/support-agent/sessions"
QUESTION, HELLO = "How do I reset a forgotten password?", "Hello!"
FEW, MANY = 100, 10_000
"""How many events are stored in a session before a turn is measured."""
ROUNDS = 3
sys.path.insert(0, str(ROOT))


class Mock:
    """A mock of its own, in this process."""

    def __init__(self) -> None:
        from mockserver.app import create_app  # noqa: PLC0415 - of the version that is measured
        from mockserver.settings import Settings  # noqa: PLC0415

        self.client = create_app(Settings(), seed=1).test_client()

    def session(self) -> str:
        """Make a session; return its path."""
        created = self.client.post(SESSIONS, json={"metadata": {"user_role": "basic", "language": "en"}}, headers=HEADERS)
        return f"{SESSIONS}/{created.json['key']}"

    def turn(self, session: str, text: str, **more: Any) -> list[str]:
        """Play a turn and read its answer; return the ids of the events that it has as JSON."""
        body = {"messages": [{"type": "text", "content": text}], **more}
        response = self.client.post(f"{session}/events", json=body, headers=HEADERS)
        assert response.status_code == 201, response.text
        answer = response.data
        return [] if more else [event["id"] for event in json.loads(answer)["events"]]

    def fill(self, session: str, events: int) -> None:
        """Play turns until the session has so many events."""
        while events > 0:
            events -= len(self.turn(session, QUESTION))


def timed(work: Callable[[], Any], times: int) -> float:
    """Return the CPU milliseconds of one round of work, on average."""
    started = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - started) / times * 1000


def measured() -> Iterator[tuple[str, float]]:
    """Measure each kind of turn, once the mock is warm."""
    mock = Mock()
    session = mock.session()

    def read() -> None:
        mock.client.get(session, headers=HEADERS)

    mock.fill(session, FEW)
    mock.turn(session, HELLO)
    timed(read, 500)
    yield "reading a session", timed(read, 500)
    yield "creating a session", timed(mock.session, 300)
    yield "a turn without tools, JSON", timed(lambda: mock.turn(session, HELLO), 100)
    for events in (FEW, MANY):
        session = mock.session()
        mock.fill(session, events)
        yield f"a turn with a search, JSON, behind {events:,} events", timed(lambda at=session: mock.turn(at, QUESTION), 50)
        yield (
            f"a turn with a search, streamed, behind {events:,} events",
            timed(lambda at=session: mock.turn(at, QUESTION, stream_response=True), 50),
        )
    with suppress(ImportError):
        from fixtures.conversations import Making, Order  # noqa: PLC0415 - of the version that is measured
        from fixtures.writing import line  # noqa: PLC0415

        making, number = Making(Order(sessions=1)), count()

        def make() -> None:
            line(making.conversation(next(number)))

        timed(make, 200)
        yield "a session of five events, generated", timed(make, 2000)


def of_version(folder: Path) -> dict[str, float]:
    """Measure the version in a folder, in a process of its own."""
    copy = folder / SCRIPT
    if copy != Path(__file__):
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(Path(__file__).read_text("utf-8"), "utf-8")
    run = subprocess.run([sys.executable, copy, "--json"], cwd=folder, capture_output=True, text=True, check=True)
    return dict(json.loads(run.stdout))


def compared(commit: str) -> Iterator[str]:
    """Measure both versions in turn; yield a line for each kind of turn."""
    from tests.benchmarks.versions import checked_out  # noqa: PLC0415 - the copy of this script in another version has none

    with checked_out(commit) as other:
        rounds = [(of_version(other), of_version(ROOT)) for _ in range(ROUNDS)]
    yield f"{commit:>12} {'now':>10} {'ratio':>7}"
    for what in (name for name in rounds[0][1] if name in rounds[0][0]):
        before, now = (median(one[what] for one in version) for version in zip(*rounds, strict=True))
        yield f"{before:>9.2f} ms {now:>7.2f} ms {now / before:>6.2f}  {what}"


def main() -> None:
    """Measure, and compare where that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", metavar="COMMIT", help="measure this version as well, and print the ratios")
    parser.add_argument("--json", action="store_true", help="print the milliseconds as JSON")
    options = parser.parse_args()
    if options.against:
        lines = compared(options.against)
    elif options.json:
        lines = iter([json.dumps(list(measured()))])
    else:
        lines = (f"{milliseconds:>7.2f} ms  {what}" for what, milliseconds in measured())
    for line in lines:
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
