"""What a deployment speaks where the facts leave a choice (api-facts §9). Nothing is judged: the answers are told."""

import pytest

from contracts.dialects.spoken import Speaks
from contracts.dialects.table import DIALECTS


@pytest.mark.parametrize("name", DIALECTS)
def test_the_answer_is_found_out(speaks: Speaks, name: str):
    speaks(DIALECTS[name], DIALECTS[name].ours)
