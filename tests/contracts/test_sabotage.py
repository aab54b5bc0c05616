"""Every promise is shown to fail on a server that breaks it."""

import pytest

from contracts.promises import PROMISES
from tests.contracts.running import contracts, verdicts

BROKEN_BY = (
    ("SC101", "forgets_a_required_field"),
    ("SC102", "forgets_a_required_field"),
    ("SC201", "loses_metadata"),
    ("SC202", "gives_every_session_the_same_key"),
    ("SC203", "overwrites_a_taken_key"),
    ("SC204", "forgets_a_patch"),
    ("SC204", "merges_metadata"),
    ("SC205", "deletes_nothing"),
    ("SC206", "skips_a_row_between_pages"),
    ("SC207", "does_not_name_what_is_missing"),
    ("SC208", "bleeds_metadata"),
    ("SC209", "ignores_the_filter_of_a_listing"),
    ("SC210", "ignores_metadata_filters"),
    ("SC301", "lists_the_events_of_all_sessions"),
    ("SC302", "answers_before_it_is_asked"),
    ("SC302", "loses_the_output_of_a_tool"),
    ("SC302", "leaves_a_step_before_its_answer"),
    ("SC302", "tells_news_of_a_tool_that_is_done"),
    ("SC303", "stores_another_text"),
    ("SC304", "hides_nothing"),
    ("SC305", "lists_the_events_of_all_sessions"),
    ("SC306", "forks_nothing"),
    ("SC401", "ends_no_stream"),
    ("SC401", "goes_on_after_the_end"),
    ("SC402", "loses_a_piece"),
    ("SC402", "names_another_answer"),
    ("SC403", "sends_an_event_twice"),
    ("SC403", "streams_what_it_does_not_store"),
    ("SC501", "ignores_metadata_in_instructions"),
    ("SC502", "keeps_the_first_metadata"),
    ("SC503", "takes_everybody_for_premium"),
    ("SC504", "resolves_references_wrongly"),
    ("SC505", "hides_what_is_pinned"),
    ("SC506", "goes_on_without_a_reference"),
    ("SC507", "renders_missing_references_as_nothing"),
    ("SC508", "renders_twice"),
    ("SC509", "takes_any_template"),
    ("SC510", "forgets_old_versions"),
    ("SC601", "finds_nothing"),
    ("SC602", "takes_everybody_for_premium"),
    ("SC603", "obeys_the_user_about_its_filter"),
    ("SC604", "lets_a_quote_out_of_the_filter"),
    ("SC605", "takes_undeclared_fields_for_missing"),
    ("SC606", "shows_secrets"),
    ("SC701", "lets_everybody_in"),
    ("SC702", "lets_viewers_write"),
    ("SC702", "lets_users_read_the_history"),
    ("SC801", "stores_what_it_refuses"),
)


@pytest.mark.parametrize(("code", "server"), BROKEN_BY, ids=[f"{code}-{server}" for code, server in BROKEN_BY])
def test_a_server_that_breaks_a_promise_is_caught_by_it(code, server):
    app = f"tests.contracts.sabotage:{server}"
    run = contracts("run", "--app", app, "--promises", code, "--max-examples", "5", "--max-failures", "1")
    assert verdicts(run) == {code: "BROKEN"}, run.stdout[-3000:]
    assert run.returncode == 1


def test_every_promise_has_a_server_that_breaks_it():
    assert {code for code, _ in BROKEN_BY} == PROMISES.keys()
