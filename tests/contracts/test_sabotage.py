"""Every promise is shown to fail on a server that breaks it: `MODULE:FACTORY` in `tests/contracts/sabotage/`."""

import pytest

from contracts.promises import PROMISES
from tests.contracts.running import contracts, verdicts

BROKEN_BY = (
    ("SC101", "sessions:forgets_a_required_field"),
    ("SC102", "sessions:forgets_a_required_field"),
    ("SC201", "sessions:loses_metadata"),
    ("SC202", "sessions:gives_every_session_the_same_key"),
    ("SC203", "sessions:overwrites_a_taken_key"),
    ("SC204", "sessions:forgets_a_patch"),
    ("SC204", "sessions:merges_metadata"),
    ("SC205", "sessions:deletes_nothing"),
    ("SC206", "sessions:skips_a_row_between_pages"),
    ("SC207", "sessions:does_not_name_what_is_missing"),
    ("SC208", "sessions:bleeds_metadata"),
    ("SC209", "sessions:ignores_the_filter_of_a_listing"),
    ("SC210", "sessions:ignores_metadata_filters"),
    ("SC211", "places:lets_the_last_rule_take_all"),
    ("SC211", "places:names_no_alias"),
    ("SC211", "places:keeps_the_policy_of_an_alias"),
    ("SC211", "places:moves_sessions_when_the_rules_change"),
    ("SC212", "places:gives_every_alias_the_sessions_of_all"),
    ("SC212", "places:tells_another_name_by_the_alias"),
    ("SC213", "places:changes_the_ends_of_lines"),
    ("SC213", "places:sums_up_something_else"),
    ("SC213", "places:lists_no_files"),
    ("SC214", "places:reads_the_files_of_all_sessions"),
    ("SC214", "places:lists_the_files_of_all_sessions"),
    ("SC214", "places:gives_a_new_session_the_files_of_the_old_one"),
    ("SC214", "sessions:deletes_nothing"),
    ("SC301", "events:lists_the_events_of_all_sessions"),
    ("SC302", "events:answers_before_it_is_asked"),
    ("SC302", "events:loses_the_output_of_a_tool"),
    ("SC302", "events:leaves_a_step_before_its_answer"),
    ("SC302", "events:tells_news_of_a_tool_that_is_done"),
    ("SC303", "events:stores_another_text"),
    ("SC304", "events:hides_nothing"),
    ("SC305", "events:lists_the_events_of_all_sessions"),
    ("SC306", "events:forks_nothing"),
    ("SC307", "turns:takes_every_cursor_for_the_start"),
    ("SC307", "turns:forgets_the_cursor_of_an_idle_session"),
    ("SC307", "turns:replays_the_cursor_too"),
    ("SC307", "turns:replays_what_is_hidden"),
    ("SC307", "turns:loses_the_latest_event_of_a_replay"),
    ("SC308", "turns:takes_any_input_while_a_turn_runs"),
    ("SC308", "turns:stores_what_it_refuses_while_a_turn_runs"),
    ("SC309", "turns:takes_the_latest_waiting_input_first"),
    ("SC309", "turns:takes_a_waiting_input_twice"),
    ("SC309", "turns:loses_the_words_that_were_said_before_somebody_joined"),
    ("SC309", "turns:forgets_the_running_turn_for_those_who_join"),
    ("SC310", "turns:stops_a_turn_whose_client_is_gone"),
    ("SC310", "turns:forgets_the_cursor_of_an_idle_session"),
    ("SC311", "turns:ignores_interrupts"),
    ("SC311", "turns:tells_nobody_of_an_interrupt"),
    ("SC311", "turns:forgets_what_was_said_before_an_interrupt"),
    ("SC311", "turns:lists_an_interrupt"),
    ("SC311", "turns:takes_nothing_behind_an_interrupt"),
    ("SC312", "events:hides_nothing"),
    ("SC312", "turns:hides_the_newest_input_with_the_older_ones"),
    ("SC312", "turns:counts_one_event_too_many"),
    ("SC312", "turns:compacts_all_for_an_unknown_event"),
    ("SC313", "tools:forgets_which_calls_wait"),
    ("SC313", "tools:waits_without_a_word"),
    ("SC313", "tools:lists_that_calls_wait"),
    ("SC313", "tools:takes_another_output_than_the_callers"),
    ("SC313", "tools:takes_a_failure_for_a_success"),
    ("SC313", "tools:ends_the_turn_behind_an_output"),
    ("SC314", "tools:takes_any_outputs_for_the_right_ones"),
    ("SC314", "tools:takes_outputs_of_any_shape"),
    ("SC314", "tools:stores_outputs_that_it_refuses"),
    ("SC315", "tools:tells_nothing_of_a_sub_agent"),
    ("SC315", "tools:tells_the_answer_of_a_sub_agent_alone"),
    ("SC315", "tools:forgets_who_made_a_session"),
    ("SC316", "steps:answers_with_json_of_any_shape"),
    ("SC316", "steps:answers_with_more_than_the_schema_has"),
    ("SC317", "steps:goes_on_whatever_the_condition_says"),
    ("SC317", "steps:stays_in_its_step"),
    ("SC317", "steps:takes_the_last_condition_that_holds"),
    ("SC318", "steps:shows_no_step"),
    ("SC318", "steps:begins_every_turn_at_the_first_step"),
    ("SC318", "steps:knows_no_reentry"),
    ("SC401", "events:ends_no_stream"),
    ("SC401", "events:goes_on_after_the_end"),
    ("SC402", "events:loses_a_piece"),
    ("SC402", "events:names_another_answer"),
    ("SC403", "events:sends_an_event_twice"),
    ("SC403", "events:streams_what_it_does_not_store"),
    ("SC501", "templates:ignores_metadata_in_instructions"),
    ("SC502", "templates:keeps_the_first_metadata"),
    ("SC503", "templates:takes_everybody_for_premium"),
    ("SC504", "templates:resolves_references_wrongly"),
    ("SC505", "templates:hides_what_is_pinned"),
    ("SC506", "templates:goes_on_without_a_reference"),
    ("SC507", "templates:renders_missing_references_as_nothing"),
    ("SC508", "templates:renders_twice"),
    ("SC509", "templates:takes_any_template"),
    ("SC510", "templates:forgets_old_versions"),
    ("SC601", "access:finds_nothing"),
    ("SC602", "templates:takes_everybody_for_premium"),
    ("SC603", "access:obeys_the_user_about_its_filter"),
    ("SC604", "access:lets_a_quote_out_of_the_filter"),
    ("SC605", "access:takes_undeclared_fields_for_missing"),
    ("SC606", "access:shows_secrets"),
    ("SC607", "access:shows_secrets"),
    ("SC608", "access:masks_what_the_caller_has_to_run"),
    ("SC608", "access:tells_in_the_call_what_the_caller_has_to_run"),
    ("SC608", "access:shows_secrets"),
    ("SC609", "credentials:shows_the_secret_of_a_key_again"),
    ("SC609", "credentials:shows_the_secret_of_a_client_in_lists"),
    ("SC701", "access:lets_everybody_in"),
    ("SC701", "roles:knows_every_key"),
    ("SC702", "access:lets_viewers_write"),
    ("SC702", "access:lets_users_read_the_history"),
    ("SC703", "roles:refuses_a_role_that_permits"),
    ("SC704", "roles:does_what_it_refuses"),
    ("SC707", "roles:lists_the_keys_of_all"),
    ("SC707", "roles:lets_anybody_remove_a_key"),
    ("SC708", "roles:makes_any_key_for_anybody"),
    ("SC709", "credentials:never_enables_a_key_again"),
    ("SC710", "credentials:takes_every_token_for_the_owners"),
    ("SC713", "credentials:takes_two_accounts_for_one"),
    ("SC713", "credentials:removes_objects_of_all_accounts"),
    ("SC713", "credentials:has_keys_in_common"),
    ("SC713", "credentials:counts_objects_of_all_accounts"),
    ("SC713", "credentials:names_agents_of_all_accounts"),
    ("SC801", "sessions:stores_what_it_refuses"),
)


@pytest.mark.parametrize(("code", "server"), BROKEN_BY, ids=[f"{code}-{server}" for code, server in BROKEN_BY])
def test_a_server_that_breaks_a_promise_is_caught_by_it(code, server):
    app = f"tests.contracts.sabotage.{server}"
    generating = ("--phases", "examples,fuzzing,stateful", "--max-examples", "5")
    run = contracts("run", "--app", app, "--promises", code, *generating, "--max-failures", "1")
    assert verdicts(run) == {code: "BROKEN"}, run.stdout[-3000:]
    assert run.returncode == 1


CAUGHT_BY_ONE = (  # holes in access, each told by the promise that names it and by no other
    ("SC701", "roles:needs_no_credential_for_one_operation"),
    ("SC703", "roles:ignores_roles_for_one_operation"),
    ("SC705", "roles:writes_across_agents"),
    ("SC706", "roles:lists_every_agent"),
    ("SC604", "access:widens_the_filter_by_or"),
    ("SC712", "roles:looks_for_the_object_before_the_roles"),
    ("SC712", "roles:names_what_it_does_not_show"),
    ("SC606", "access:tells_the_secrets_of_a_session_in_its_events"),
    ("SC607", "access:tells_the_secrets_of_an_agent_to_its_sessions"),
    ("SC610", "access:logs_what_it_is_sent"),
    ("SC709", "credentials:lets_disabled_keys_in"),
    ("SC711", "credentials:takes_expired_tokens"),
    ("SC713", "credentials:finds_objects_of_all_accounts"),
)
ACCESS_AND_SECRETS = "SC6,SC7"


@pytest.mark.parametrize(("code", "server"), CAUGHT_BY_ONE, ids=[f"{code}-{server}" for code, server in CAUGHT_BY_ONE])
def test_a_hole_in_access_is_told_by_the_one_promise_that_names_it(code, server):
    run = contracts("run", "--app", f"tests.contracts.sabotage.{server}", "--promises", ACCESS_AND_SECRETS)
    broken = [promise for promise, verdict in verdicts(run).items() if verdict == "BROKEN"]
    assert broken == [code], run.stdout[-3000:]


def test_every_promise_has_a_server_that_breaks_it():
    assert {code for code, _ in BROKEN_BY + CAUGHT_BY_ONE} == PROMISES.keys()
