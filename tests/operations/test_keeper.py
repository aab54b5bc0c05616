"""What the keeper remembers, for how long, and against whom."""

import logging

import pytest

from mockserver.keeper import MOST_CHARACTERS, MOST_SECRETS, Keeper


def test_secrets_that_came_long_ago_are_forgotten():
    keeper = Keeper()
    keeper.note(f"secret-{number:06}." for number in range(MOST_SECRETS + 1))
    keeper.note(["secret-000001."])
    keeper.note(["one-secret-more"])

    assert keeper.told_text("secret-000000.") == "secret-000000."
    assert keeper.told_text("secret-000001.") == "****"
    assert keeper.told_text("secret-000002.") == "secret-000002."
    assert keeper.told_text("secret-000003. one-secret-more") == "**** ****"


def test_what_is_remembered_is_bounded():
    keeper = Keeper()
    keeper.note(f"{number:03}-{'x' * 4092}" for number in range(MOST_CHARACTERS // 4096 + 2))

    assert keeper.told_text(f"001-{'x' * 4092}") == f"001-{'x' * 4092}"
    assert keeper.told_text(f"002-{'x' * 4092}") == "****"


@pytest.mark.parametrize("level", [logging.DEBUG, logging.ERROR])
def test_the_log_is_watched_for_every_mock_that_is_in_use(level, caplog):
    first, second = Keeper(), Keeper()
    first.note(["first-secret"])
    second.note(["second-secret"])

    with caplog.at_level(logging.DEBUG, "sessionsuite.mock"):
        logging.getLogger("sessionsuite.mock").log(level, "%s and %s", "first-secret", "second-secret")

    assert caplog.messages == ["**** and ****"]


def test_a_journal_row_without_secrets_is_as_it_was():
    keeper = Keeper()
    keeper.note(["first-secret"])
    row = {"path": "/v2/agents", "query": "filter=a%2Bb+c%", "status": 200, "faults": ["cut=frame"], "code": None}

    assert keeper.journal([row]) == [row]
