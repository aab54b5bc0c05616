"""Where the facts leave a choice, a run finds out what the target answers, holds it to that, and tells it."""

import pytest

from contracts.credentials import UnavailableError
from contracts.dialects.probes import PROBES, UnclearError
from contracts.dialects.spoken import Speaks, Spoken
from contracts.dialects.table import BEARER_KEYS, DIALECTS, METADATA_PATCH, Answer, expected_answers
from tests.contracts.forked import contracts

DIFFERS = "differs from our assumption"
SPOKEN = (
    ("metadata-patch", "merges", "merges_metadata", "SC204"),
    ("override-templates", "kept as written", "keeps_templates_in_overrides", "SC503"),
    ("override-templates", "kept as written", "keeps_templates_in_overrides", "SC512"),
    ("override-templates", "kept as written", "keeps_templates_in_overrides", "SC601"),
    ("unresolvable-references", "at creation", "refuses_references_at_creation", "SC506"),
    ("undeclared-fields", "no match", "finds_nothing_for_undeclared_fields", "SC605"),
    ("foreign-objects", "told", "tells_of_foreign_objects", "SC712"),
    ("session-order", "oldest first", "lists_the_oldest_session_first", "SC216"),
    ("page-keys", "skips a row", "counts_what_pages_have_shown", "SC216"),
    ("idle-since", "the turn alone", "answers_since_with_the_turn_alone", "SC307"),
)


def run(server, promise, *options):
    return contracts("run", "--app", f"tests.contracts.other_dialects:{server}", "--promises", promise, *options)


@pytest.mark.parametrize(("name", "answer", "server", "promise"), SPOKEN, ids=[f"{row[0]}-{row[3]}" for row in SPOKEN])
def test_what_a_target_answers_in_its_own_way_differs_and_is_not_broken(name, answer, server, promise):
    told = run(server, promise, "--dialects", "probed")
    asked = DIALECTS[name]
    assert f"{promise}  {DIFFERS}  " in told.stdout, told.stdout[-3000:]
    assert f"{name}: {asked.question}: {answer}, where we assume: {asked.ours}" in told.stdout
    assert told.returncode in {0, 5}  # 5 where that was all there was to verify


def test_what_somebody_expects_is_no_difference():
    told = run("merges_metadata", "SC204", "--dialect", "metadata-patch=merges")
    assert "SC204  kept " in told.stdout, told.stdout[-3000:]
    assert "metadata in a PATCH of a session: merges, as named" in told.stdout
    assert told.returncode == 0


@pytest.mark.parametrize(
    "options", [(), ("--dialects", "probed", "--dialect", "metadata-patch=replaces")], ids=["here", "expected"]
)
def test_a_target_that_is_held_to_an_answer_and_gives_another_is_broken(options):
    told = run("merges_metadata", "SC204", *options)
    assert "SC204  BROKEN " in told.stdout, told.stdout[-3000:]
    assert told.returncode == 1


def test_what_is_assumed_unasked_is_not_told_as_an_answer():
    assert "metadata-patch" not in run("tells_of_foreign_objects", "SC204").stdout


def test_no_dialect_excuses_what_is_wrong_in_it():
    told = run("merges_and_forgets", "SC204", "--dialects", "probed")
    assert "SC204  BROKEN " in told.stdout, told.stdout[-3000:]
    assert told.returncode == 1


def test_agents_that_their_sessions_keep_are_removed_with_them():
    told = run("keeps_agents_with_sessions", "SC20", "--dialects", "probed")
    assert "BROKEN" not in told.stdout, told.stdout[-3000:]
    assert told.returncode == 0


def test_an_answer_that_nobody_knows_is_refused_with_those_that_are_known():
    told = run("merges_metadata", "SC204", "--dialect", "metadata-patch=adds")
    assert told.returncode == 2
    assert "metadata-patch is answered replaces or merges, not 'adds'" in told.stderr
    with pytest.raises(ValueError, match="there is no dialect 'patches'"):
        expected_answers(("patches=merges",))


def test_every_dialect_has_a_probe():
    assert PROBES.keys() == DIALECTS.keys()


def _spoken(answer):
    def probe(_):
        if isinstance(answer, Exception):
            raise answer
        asked.append(answer)
        return answer

    asked = []
    return Spoken(probe, expected={}, is_strict=False), asked


def test_a_target_is_asked_once():
    spoken, asked = _spoken("merges")
    speaks = Speaks(spoken)
    assert [speaks(METADATA_PATCH, answer) for answer in ("merges", "replaces")] == [True, False]
    assert asked == ["merges"]
    assert speaks.heard == [Answer("metadata-patch", "merges")] * 2


@pytest.mark.parametrize("failure", [UnclearError("why"), UnavailableError("why"), AssertionError("why\nand how")])
def test_what_cannot_be_found_out_is_taken_for_ours_and_told(failure):
    speaks = Speaks(_spoken(failure)[0])
    assert speaks(BEARER_KEYS, "accepted")
    assert str(speaks.heard[0]) == f"{BEARER_KEYS.question}: not found out (why)"
    assert not speaks.heard[0].differs
