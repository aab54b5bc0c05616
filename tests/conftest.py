from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings

from mockserver.app import create_app
from mockserver.runtime import FixedClock
from mockserver.settings import Settings

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)

settings.register_profile(
    "ci", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow], print_blob=False
)
settings.register_profile("long", settings.get_profile("ci"), derandomize=False, max_examples=2000)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def served():
    """Build one mock for a whole run; `app` and `clock` give it as new to each test."""
    clock = FixedClock(NOON)
    return create_app(Settings(), clock=clock), clock


@pytest.fixture
def clock(served):
    _, clock = served
    clock.sleep((NOON - clock.now()).total_seconds())
    return clock


@pytest.fixture
def app(served, clock):
    app, _ = served
    app.test_client().post("/__admin/reset")
    return app


@pytest.fixture
def client(app):
    return app.test_client()
