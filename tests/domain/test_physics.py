import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.simulator.physics import PRESETS, Physics, physics_of
from mockserver.runtime import SeededIds


@pytest.mark.parametrize(
    ("given_as", "physics"),
    [
        ("instant", Physics()),
        ("realistic", Physics(600, 40, 0.4, 1)),
        ("slow, chunk_tokens=4", Physics(2500, 8, 0.5, 4)),
        ("tokens_per_second=20,jitter=0.1", Physics(0, 20, 0.1, 1)),
        ({"preset": "realistic", "jitter": 0}, Physics(600, 40, 0, 1)),
        ({"first_token_ms": 50}, Physics(50)),
    ],
)
def test_a_pace_is_read(given_as, physics):
    assert physics_of(given_as) == physics


@pytest.mark.parametrize(
    ("given_as", "told"),
    [
        ("quick", "there is no pace 'quick'; there are instant, realistic, slow, and first_token_ms=…"),
        ("speed=3", "'speed' is no part of a pace; these are: first_token_ms, tokens_per_second, jitter, chunk_tokens"),
        ("jitter=2", "jitter must be a number from 0 to 1, not '2'"),
        ({"jitter": "much"}, "jitter must be a number from 0 to 1, not 'much'"),
        ({"chunk_tokens": True}, "chunk_tokens must be a number from 1 to 1000, not True"),
        ("jitter=nan", "jitter must be a number from 0 to 1, not 'nan'"),
    ],
)
def test_what_is_no_pace_is_told(given_as, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        physics_of(given_as)


@given(st.sampled_from(sorted(PRESETS)), st.integers())
def test_waits_stay_within_the_jitter(name, seed):
    pace, random = PRESETS[name], SeededIds(seed).random_for("pace")
    for wait, mean in ((pace.before_answer(random), pace.first_token_ms / 1000), (pace.before_piece(random), _mean(pace))):
        assert mean * (1 - pace.jitter) <= wait <= mean * (1 + pace.jitter)


def _mean(pace):
    return pace.chunk_tokens / pace.tokens_per_second if pace.tokens_per_second else 0
