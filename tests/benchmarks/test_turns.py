"""The cost of a turn does not grow with what its session holds, and a long turn stays within a stated budget.

Run it alone, with its figures: `pytest -n0 -s tests/benchmarks/test_turns.py`.
"""

import sys
import time

from mockserver.app import create_app
from mockserver.settings import Settings
from tests.arrange import Api, frames
from tests.benchmarks.turns import FEW, MANY, QUESTION, Mock, timed

MOST_GROWTH = 3.0
LONG_TURN = 10.0
"""Seconds for a turn of ten thousand events, streamed."""


def told(capsys, text):
    with capsys.disabled():
        sys.stdout.write(f"\n{text} (pytest -n0 -s tests/benchmarks/test_turns.py)\n")


def test_a_turn_behind_ten_thousand_events_costs_about_as_much_as_one_behind_a_hundred(capsys):
    mock = Mock()
    costs = {}
    for events in (FEW, MANY):
        session = mock.session()
        mock.fill(session, events)
        costs[events] = min(timed(lambda at=session: mock.turn(at, QUESTION), 10) for _ in range(5))

    growth = costs[MANY] / costs[FEW]
    told(
        capsys, f"a turn behind {FEW} events {costs[FEW]:.2f} ms, behind {MANY} {costs[MANY]:.2f} ms: {growth:.2f} times as much"
    )
    assert growth <= MOST_GROWTH


def test_a_turn_of_ten_thousand_events_is_streamed_within_the_budget(capsys):
    api = Api(create_app(Settings()))
    session = api.session()
    started = time.process_time()

    streamed = frames(api.say(session, headers={"Prefer": "scenario=ten_thousand_events"}, stream_response=True).data)

    seconds = time.process_time() - started
    told(capsys, f"{len(streamed)} frames in {seconds:.2f} s of {LONG_TURN} s, {seconds / len(streamed) * 1e6:.0f} µs each")
    assert len([frame for frame in streamed if "id" in frame]) >= 10_000
    assert seconds <= LONG_TURN
