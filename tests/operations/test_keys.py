"""Keys that the mock makes itself: there is always a free one, soon found, and two clients at once never get the same."""

from collections import deque
from functools import partial
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.app import create_app
from mockserver.operations.keys import LONGEST_KEY, free_attempt, generated_key
from mockserver.runtime import FixedClock, SeededIds
from mockserver.settings import Settings
from tests.arrange import NOON, Api, agent_body

SAID = {"type": "text", "content": "Hello!"}
SCHEDULE = {"name": "Daily", "schedule": {"type": "interval", "interval": "P1D"}, "message": [SAID]}


class Having:
    """Services that have ids."""

    ids = SeededIds(1)


@given(st.sets(st.integers(0, 40)))
def test_a_free_attempt_is_never_one_that_is_taken(taken):
    assert free_attempt(taken.__contains__) not in taken


@given(st.integers(0, 10**9))
def test_the_first_free_attempt_is_found_in_a_few_questions(number):
    asked = []

    def is_taken(attempt):
        asked.append(attempt)
        return attempt < number

    assert free_attempt(is_taken) == number
    assert len(asked) <= 2 * log2(number + 1) + 2


@given(st.text(max_size=80), st.integers(0, 10**12))
def test_a_key_keeps_to_its_length_and_alphabet(name, attempt):
    key = generated_key("ase", name, Having, attempt)

    assert len(key) <= LONGEST_KEY
    assert key.isascii()
    assert key.replace("_", "").replace("-", "").isalnum()


@pytest.mark.parametrize(("attempt", "digits"), [(0, 4), (4095, 4), (4096, 8), (10**6, 8), (16**7, 12)])
def test_late_attempts_have_longer_keys(attempt, digits):
    assert len(generated_key("ase", "chat", Having, attempt).removeprefix("ase_chat_")) == digits


def test_seventy_thousand_keys_of_one_name_are_not_too_many():
    taken, keys = set(), []
    for _ in range(70_000):
        keys.append(generated_key("ase", "session", Having, len(keys)))
        taken.add(keys[-1])

    free = free_attempt(lambda attempt: generated_key("ase", "session", Having, attempt) in taken)

    assert free >= len(keys) - 1


class Meddling(FixedClock):
    """A clock that, whenever it is asked, lets another client create the next of these first."""

    def __init__(self):
        super().__init__(NOON)
        self.others = deque()
        self._is_asked = False

    def now(self):
        if self.others and not self._is_asked:
            self._is_asked = True
            self.others.popleft()()
            self._is_asked = False
        return super().now()


def named(number, **fields):
    """Give an agent a name that no other has, and that is the same as a key."""
    return {**agent_body(), "name": "A" + "!" * number, **fields}


@pytest.mark.parametrize(
    ("path", "bodies", "name"),
    [
        ("/v2/agents/support-agent/sessions", [{"name": "Chat"}] * 9, "key"),
        ("/v2/agent_aliases/support/sessions", [{"name": "Chat"}] * 9, "key"),
        ("/v2/agents", [named(number) for number in range(9)], "key"),
        ("/v2/agents/support-agent/schedules", [SCHEDULE] * 9, "key"),
        ("/v2/instructions", [{"type": "initial", "name": "Rule", "template": "Be kind."}] * 9, "id"),
        ("/v2/tools", [{"type": "client", "name": f"t{number}", "description": "Does it."} for number in range(9)], "id"),
        ("/v2/api_keys", [{"name": "Page"}] * 9, "id"),
        ("/v2/api_keys", [{"name": "Page"}] * 9, "secret_key"),
        ("/v2/app_clients", [{"type": "client_credentials", "name": "Reports"}] * 9, "client_id"),
    ],
    ids=[
        "sessions",
        "sessions of an alias",
        "agents",
        "schedules",
        "instructions",
        "tools",
        "API keys",
        "their secrets",
        "app clients",
    ],
)
def test_clients_that_create_at_once_get_keys_of_their_own(path, bodies, name):
    clock = Meddling()
    api = Api(create_app(Settings(), clock=clock))
    answers = []

    def create(body):
        answers.append(api.call("POST", path, {field: value for field, value in body.items() if field != "key"}))

    first, *others = bodies
    clock.others.extend(partial(create, body) for body in others)
    create(first)
    while clock.others:
        clock.others.popleft()()

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json[name] for answer in answers}) == len(bodies)
