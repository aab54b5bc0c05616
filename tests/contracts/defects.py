"""The defects that the suite is shown to see: servers of `tests/contracts/sabotage/` that each break a promise.

The tests of the gate and the measurement of the kill rate both read this table. Rows stand in the order of codes.
"""

from dataclasses import dataclass
from enum import StrEnum

from contracts.promises import PROMISES, Needs

_PACKAGE = "tests.contracts.sabotage"
FEW_REQUESTS = ("--phases", "examples,fuzzing,stateful", "--max-examples", "5", "--max-failures", "1")
"""How a run generates requests and when it stops, where the question is only whether a server is told: less than the default."""


class Manner(StrEnum):
    """In which way a server is wrong."""

    WRONG_ANSWER = "wrong answer"
    STALE_STATE = "stale state"
    LOST_WRITE = "lost write"
    ANOTHERS_DATA = "another's data"
    WRONG_ORDER = "wrong order"
    SILENT_ACCEPTANCE = "silent acceptance"
    NEEDLESS_REFUSAL = "needless refusal"
    MISSING_PART = "missing part"
    EXTRA_PART = "extra part"


@dataclass(frozen=True, slots=True)
class Defect:
    """A server (`MODULE:FACTORY`) and the promise that tells that it is broken.

    `alone` says that no other promise of access and secrets may tell it: the defect is in the one thing that the promise names.
    """

    promise: str
    server: str
    manner: Manner
    alone: bool = False

    @property
    def app(self) -> str:
        """What `--app` takes."""
        return f"{_PACKAGE}.{self.server}"

    @property
    def kind(self) -> str:
        """The class of the promise."""
        return PROMISES[self.promise].kind

    @property
    def is_seen_over_http(self) -> bool:
        """Whether an answer shows it."""
        return Needs.PROCESS not in PROMISES[self.promise].needs

    def __str__(self) -> str:
        return f"{self.promise}-{self.server}"


DEFECTS = (
    Defect("SC101", "sessions:forgets_a_required_field", Manner.MISSING_PART),
    Defect("SC101", "answers:writes_a_number_as_text", Manner.WRONG_ANSWER),
    Defect("SC101", "answers:invents_a_status_of_sessions", Manner.WRONG_ANSWER),
    Defect("SC101", "answers:says_null_for_what_is_absent", Manner.EXTRA_PART),
    Defect("SC101", "answers:names_a_list_by_its_keys", Manner.WRONG_ANSWER),
    Defect("SC101", "answers:writes_times_as_numbers", Manner.WRONG_ANSWER),
    Defect("SC101", "answers:accepts_what_it_should_have_done", Manner.WRONG_ANSWER),
    Defect("SC101", "answers:calls_its_json_a_page", Manner.WRONG_ANSWER),
    Defect("SC101", "answers:numbers_its_requests", Manner.WRONG_ANSWER),
    Defect("SC101", "answers:forgets_the_reasons_of_a_refusal", Manner.MISSING_PART),
    Defect("SC101", "answers:describes_a_file_without_its_type", Manner.MISSING_PART),
    Defect("SC102", "sessions:forgets_a_required_field", Manner.MISSING_PART),
    Defect("SC201", "sessions:loses_metadata", Manner.LOST_WRITE),
    Defect("SC202", "sessions:gives_every_session_the_same_key", Manner.WRONG_ANSWER),
    Defect("SC203", "sessions:overwrites_a_taken_key", Manner.SILENT_ACCEPTANCE),
    Defect("SC204", "sessions:forgets_a_patch", Manner.LOST_WRITE),
    Defect("SC204", "sessions:merges_metadata", Manner.STALE_STATE),
    Defect("SC205", "sessions:deletes_nothing", Manner.LOST_WRITE),
    Defect("SC206", "sessions:skips_a_row_between_pages", Manner.MISSING_PART),
    Defect("SC207", "sessions:does_not_name_what_is_missing", Manner.WRONG_ANSWER),
    Defect("SC208", "sessions:bleeds_metadata", Manner.ANOTHERS_DATA),
    Defect("SC209", "sessions:ignores_the_filter_of_a_listing", Manner.SILENT_ACCEPTANCE),
    Defect("SC210", "sessions:ignores_metadata_filters", Manner.SILENT_ACCEPTANCE),
    Defect("SC211", "places:lets_the_last_rule_take_all", Manner.WRONG_ANSWER),
    Defect("SC211", "places:names_no_alias", Manner.MISSING_PART),
    Defect("SC211", "places:keeps_the_policy_of_an_alias", Manner.LOST_WRITE),
    Defect("SC211", "places:moves_sessions_when_the_rules_change", Manner.WRONG_ANSWER),
    Defect("SC212", "places:gives_every_alias_the_sessions_of_all", Manner.ANOTHERS_DATA),
    Defect("SC212", "places:tells_another_name_by_the_alias", Manner.WRONG_ANSWER),
    Defect("SC213", "places:changes_the_ends_of_lines", Manner.WRONG_ANSWER),
    Defect("SC213", "places:sums_up_something_else", Manner.WRONG_ANSWER),
    Defect("SC213", "places:lists_no_files", Manner.MISSING_PART),
    Defect("SC214", "places:reads_the_files_of_all_sessions", Manner.ANOTHERS_DATA),
    Defect("SC214", "places:lists_the_files_of_all_sessions", Manner.ANOTHERS_DATA),
    Defect("SC214", "places:gives_a_new_session_the_files_of_the_old_one", Manner.STALE_STATE),
    Defect("SC214", "sessions:deletes_nothing", Manner.LOST_WRITE),
    Defect("SC215", "model:reads_sessions_from_a_cache", Manner.STALE_STATE),
    Defect("SC215", "model:forgets_the_description_of_who_is_disabled", Manner.LOST_WRITE),
    Defect("SC215", "model:gives_a_new_session_the_metadata_of_the_old_one", Manner.STALE_STATE),
    Defect("SC215", "model:takes_true_for_one", Manner.WRONG_ANSWER),
    Defect("SC215", "model:makes_a_session_of_a_patch", Manner.SILENT_ACCEPTANCE),
    Defect("SC216", "model:lists_what_was_there_before_the_latest_change", Manner.STALE_STATE),
    Defect("SC216", "model:filters_by_the_first_name", Manner.STALE_STATE),
    Defect("SC216", "model:filters_by_metadata_as_it_was_made", Manner.MISSING_PART),
    Defect("SC216", "model:begins_a_page_anew_when_something_has_come", Manner.EXTRA_PART),
    Defect("SC216", "sessions:skips_a_row_between_pages", Manner.MISSING_PART),
    Defect("SC217", "model:shows_an_event_again_at_the_end", Manner.WRONG_ORDER),
    Defect("SC217", "model:copies_one_event_too_many", Manner.EXTRA_PART),
    Defect("SC217", "model:deletes_the_copies_too", Manner.LOST_WRITE),
    Defect("SC217", "model:shows_what_is_hidden_when_something_is_said", Manner.EXTRA_PART),
    Defect("SC218", "model:undoes_a_patch_when_a_session_is_removed", Manner.LOST_WRITE),
    Defect("SC218", "model:brings_a_session_back_when_another_changes", Manner.STALE_STATE),
    Defect("SC218", "model:turns_a_session_off_when_it_is_copied", Manner.WRONG_ANSWER),
    Defect("SC218", "model:forgets_the_newest_event_when_metadata_changes", Manner.LOST_WRITE),
    Defect("SC219", "removal:leaves_the_sessions_of_an_agent", Manner.STALE_STATE),
    Defect("SC219", "removal:leaves_the_schedules_of_an_agent", Manner.STALE_STATE),
    Defect("SC219", "removal:leaves_the_documents_of_a_corpus", Manner.STALE_STATE),
    Defect("SC219", "removal:finds_what_was_in_the_index", Manner.STALE_STATE),
    Defect("SC219", "removal:hides_an_event_that_is_deleted", Manner.LOST_WRITE),
    Defect("SC219", "removal:lists_tools_from_a_cache", Manner.STALE_STATE),
    Defect("SC219", "removal:is_always_glad_to_delete", Manner.SILENT_ACCEPTANCE),
    Defect("SC219", "removal:keeps_removed_keys_in_mind", Manner.SILENT_ACCEPTANCE),
    Defect("SC219", "removal:gives_tokens_to_removed_clients", Manner.STALE_STATE),
    Defect("SC219", "removal:removes_a_session_from_its_alias_alone", Manner.LOST_WRITE),
    Defect("SC220", "filters:takes_null_for_different", Manner.EXTRA_PART),
    Defect("SC220", "filters:knows_no_not_null", Manner.WRONG_ANSWER),
    Defect("SC221", "filters:takes_or_for_and", Manner.WRONG_ANSWER),
    Defect("SC221", "filters:forgets_the_right_side_of_and", Manner.EXTRA_PART),
    Defect("SC221", "filters:binds_or_tighter_than_and", Manner.WRONG_ANSWER),
    Defect("SC222", "filters:leaves_equals_out", Manner.MISSING_PART),
    Defect("SC222", "filters:takes_the_first_of_a_list", Manner.MISSING_PART),
    Defect("SC222", "filters:knows_no_sign_for_any_text", Manner.MISSING_PART),
    Defect("SC223", "filters:filters_the_first_page_alone", Manner.EXTRA_PART),
    Defect("SC224", "filters:takes_every_year_for_a_smaller_one", Manner.MISSING_PART),
    Defect("SC224", "filters:forgets_not_in_queries", Manner.WRONG_ANSWER),
    Defect("SC225", "filters:gives_everything_for_what_it_cannot_read", Manner.SILENT_ACCEPTANCE),
    Defect("SC301", "events:lists_the_events_of_all_sessions", Manner.ANOTHERS_DATA),
    Defect("SC302", "events:answers_before_it_is_asked", Manner.WRONG_ORDER),
    Defect("SC302", "events:loses_the_output_of_a_tool", Manner.MISSING_PART),
    Defect("SC302", "events:leaves_a_step_before_its_answer", Manner.WRONG_ORDER),
    Defect("SC302", "events:tells_news_of_a_tool_that_is_done", Manner.WRONG_ORDER),
    Defect("SC303", "events:stores_another_text", Manner.WRONG_ANSWER),
    Defect("SC304", "events:hides_nothing", Manner.LOST_WRITE),
    Defect("SC305", "events:lists_the_events_of_all_sessions", Manner.ANOTHERS_DATA),
    Defect("SC306", "events:forks_nothing", Manner.SILENT_ACCEPTANCE),
    Defect("SC307", "turns:takes_every_cursor_for_the_start", Manner.EXTRA_PART),
    Defect("SC307", "turns:forgets_the_cursor_of_an_idle_session", Manner.MISSING_PART),
    Defect("SC307", "turns:replays_the_cursor_too", Manner.EXTRA_PART),
    Defect("SC307", "turns:replays_what_is_hidden", Manner.STALE_STATE),
    Defect("SC307", "turns:loses_the_latest_event_of_a_replay", Manner.MISSING_PART),
    Defect("SC308", "turns:takes_any_input_while_a_turn_runs", Manner.SILENT_ACCEPTANCE),
    Defect("SC308", "turns:stores_what_it_refuses_while_a_turn_runs", Manner.SILENT_ACCEPTANCE),
    Defect("SC309", "turns:takes_the_latest_waiting_input_first", Manner.WRONG_ORDER),
    Defect("SC309", "turns:takes_a_waiting_input_twice", Manner.EXTRA_PART),
    Defect("SC309", "turns:loses_the_words_that_were_said_before_somebody_joined", Manner.MISSING_PART),
    Defect("SC309", "turns:forgets_the_running_turn_for_those_who_join", Manner.MISSING_PART),
    Defect("SC310", "turns:stops_a_turn_whose_client_is_gone", Manner.LOST_WRITE),
    Defect("SC310", "turns:forgets_the_cursor_of_an_idle_session", Manner.MISSING_PART),
    Defect("SC311", "turns:ignores_interrupts", Manner.SILENT_ACCEPTANCE),
    Defect("SC311", "turns:tells_nobody_of_an_interrupt", Manner.MISSING_PART),
    Defect("SC311", "turns:forgets_what_was_said_before_an_interrupt", Manner.LOST_WRITE),
    Defect("SC311", "turns:lists_an_interrupt", Manner.EXTRA_PART),
    Defect("SC311", "turns:takes_nothing_behind_an_interrupt", Manner.NEEDLESS_REFUSAL),
    Defect("SC312", "events:hides_nothing", Manner.LOST_WRITE),
    Defect("SC312", "turns:hides_the_newest_input_with_the_older_ones", Manner.MISSING_PART),
    Defect("SC312", "turns:counts_one_event_too_many", Manner.WRONG_ANSWER),
    Defect("SC312", "turns:compacts_all_for_an_unknown_event", Manner.SILENT_ACCEPTANCE),
    Defect("SC313", "tools:forgets_which_calls_wait", Manner.MISSING_PART),
    Defect("SC313", "tools:waits_without_a_word", Manner.MISSING_PART),
    Defect("SC313", "tools:lists_that_calls_wait", Manner.EXTRA_PART),
    Defect("SC313", "tools:takes_another_output_than_the_callers", Manner.WRONG_ANSWER),
    Defect("SC313", "tools:takes_a_failure_for_a_success", Manner.WRONG_ANSWER),
    Defect("SC313", "tools:ends_the_turn_behind_an_output", Manner.MISSING_PART),
    Defect("SC314", "tools:takes_any_outputs_for_the_right_ones", Manner.SILENT_ACCEPTANCE),
    Defect("SC314", "tools:takes_outputs_of_any_shape", Manner.SILENT_ACCEPTANCE),
    Defect("SC314", "tools:stores_outputs_that_it_refuses", Manner.SILENT_ACCEPTANCE),
    Defect("SC315", "tools:tells_nothing_of_a_sub_agent", Manner.MISSING_PART),
    Defect("SC315", "tools:tells_the_answer_of_a_sub_agent_alone", Manner.MISSING_PART),
    Defect("SC315", "tools:forgets_who_made_a_session", Manner.MISSING_PART),
    Defect("SC316", "steps:answers_with_json_of_any_shape", Manner.WRONG_ANSWER),
    Defect("SC316", "steps:answers_with_more_than_the_schema_has", Manner.EXTRA_PART),
    Defect("SC317", "steps:goes_on_whatever_the_condition_says", Manner.WRONG_ANSWER),
    Defect("SC317", "steps:stays_in_its_step", Manner.LOST_WRITE),
    Defect("SC317", "steps:takes_the_last_condition_that_holds", Manner.WRONG_ORDER),
    Defect("SC318", "steps:shows_no_step", Manner.MISSING_PART),
    Defect("SC318", "steps:begins_every_turn_at_the_first_step", Manner.STALE_STATE),
    Defect("SC318", "steps:knows_no_reentry", Manner.LOST_WRITE),
    Defect("SC401", "events:ends_no_stream", Manner.MISSING_PART),
    Defect("SC401", "events:goes_on_after_the_end", Manner.EXTRA_PART),
    Defect("SC402", "events:loses_a_piece", Manner.MISSING_PART),
    Defect("SC402", "events:names_another_answer", Manner.WRONG_ANSWER),
    Defect("SC403", "events:sends_an_event_twice", Manner.EXTRA_PART),
    Defect("SC403", "events:streams_what_it_does_not_store", Manner.LOST_WRITE),
    Defect("SC501", "templates:ignores_metadata_in_instructions", Manner.MISSING_PART),
    Defect("SC502", "templates:keeps_the_first_metadata", Manner.STALE_STATE),
    Defect("SC503", "templates:takes_everybody_for_premium", Manner.ANOTHERS_DATA),
    Defect("SC504", "templates:resolves_references_wrongly", Manner.WRONG_ANSWER),
    Defect("SC505", "templates:hides_what_is_pinned", Manner.MISSING_PART),
    Defect("SC506", "templates:goes_on_without_a_reference", Manner.SILENT_ACCEPTANCE),
    Defect("SC507", "templates:renders_missing_references_as_nothing", Manner.WRONG_ANSWER),
    Defect("SC508", "templates:renders_twice", Manner.WRONG_ANSWER),
    Defect("SC509", "templates:takes_any_template", Manner.SILENT_ACCEPTANCE),
    Defect("SC510", "templates:forgets_old_versions", Manner.STALE_STATE),
    Defect("SC511", "generated_templates:renders_the_first_version_for_ever", Manner.STALE_STATE),
    Defect("SC511", "generated_templates:renders_for_the_context_of_the_call_before", Manner.ANOTHERS_DATA),
    Defect("SC511", "generated_templates:takes_null_for_a_word", Manner.EXTRA_PART),
    Defect("SC511", "generated_templates:counts_in_fractions", Manner.WRONG_ANSWER),
    Defect("SC511", "generated_templates:ends_every_loop_after_one_entry", Manner.MISSING_PART),
    Defect("SC511", "generated_templates:passes_over_elseif", Manner.WRONG_ANSWER),
    Defect("SC511", "generated_templates:has_always_a_next_entry", Manner.EXTRA_PART),
    Defect("SC511", "generated_templates:shows_plain_letters_only", Manner.WRONG_ANSWER),
    Defect("SC512", "generated_templates:makes_text_of_every_value", Manner.WRONG_ANSWER),
    Defect("SC512", "generated_templates:resolves_everything_for_the_first_session", Manner.ANOTHERS_DATA),
    Defect("SC512", "generated_templates:resolves_the_outermost_references_alone", Manner.MISSING_PART),
    Defect("SC512", "generated_templates:fills_no_template_in_a_list", Manner.WRONG_ANSWER),
    Defect("SC512", "generated_templates:calls_without_what_is_pinned", Manner.MISSING_PART),
    Defect("SC513", "generated_templates:tells_the_model_no_instruction", Manner.MISSING_PART),
    Defect("SC513", "generated_templates:tells_the_model_the_last_branch", Manner.WRONG_ANSWER),
    Defect("SC513", "generated_templates:tells_the_model_the_metadata_of_the_latest_session", Manner.ANOTHERS_DATA),
    Defect("SC513", "templates:keeps_the_first_metadata", Manner.STALE_STATE),
    Defect("SC513", "neighbours:remembers_the_words_of_all_sessions", Manner.ANOTHERS_DATA),
    Defect("SC601", "access:finds_nothing", Manner.MISSING_PART),
    Defect("SC602", "templates:takes_everybody_for_premium", Manner.ANOTHERS_DATA),
    Defect("SC603", "access:obeys_the_user_about_its_filter", Manner.ANOTHERS_DATA),
    Defect("SC604", "access:lets_a_quote_out_of_the_filter", Manner.ANOTHERS_DATA),
    Defect("SC604", "access:widens_the_filter_by_or", Manner.ANOTHERS_DATA, alone=True),
    Defect("SC605", "access:takes_undeclared_fields_for_missing", Manner.SILENT_ACCEPTANCE),
    Defect("SC606", "access:shows_secrets", Manner.ANOTHERS_DATA),
    Defect("SC606", "secrets:shows_the_secrets_of_a_session_that_is_made", Manner.EXTRA_PART),
    Defect("SC606", "secrets:shows_the_secrets_of_a_session_that_changes", Manner.EXTRA_PART),
    Defect("SC606", "access:tells_the_secrets_of_a_session_in_its_events", Manner.ANOTHERS_DATA, alone=True),
    Defect("SC607", "access:shows_secrets", Manner.ANOTHERS_DATA),
    Defect("SC607", "secrets:shows_the_secrets_of_an_agent_that_changes", Manner.EXTRA_PART),
    Defect("SC607", "secrets:shows_the_secrets_of_an_agent_in_streams", Manner.EXTRA_PART),
    Defect("SC607", "access:tells_the_secrets_of_an_agent_to_its_sessions", Manner.ANOTHERS_DATA, alone=True),
    Defect("SC608", "access:masks_what_the_caller_has_to_run", Manner.MISSING_PART),
    Defect("SC608", "access:tells_in_the_call_what_the_caller_has_to_run", Manner.EXTRA_PART),
    Defect("SC608", "access:shows_secrets", Manner.ANOTHERS_DATA),
    Defect("SC609", "credentials:shows_the_secret_of_a_key_again", Manner.EXTRA_PART),
    Defect("SC609", "credentials:shows_the_secret_of_a_client_in_lists", Manner.EXTRA_PART),
    Defect("SC609", "secrets:shows_the_secret_of_a_client_that_changes", Manner.EXTRA_PART),
    Defect("SC610", "access:logs_what_it_is_sent", Manner.ANOTHERS_DATA, alone=True),
    Defect("SC701", "access:lets_everybody_in", Manner.SILENT_ACCEPTANCE),
    Defect("SC701", "roles:knows_every_key", Manner.SILENT_ACCEPTANCE),
    Defect("SC701", "roles:needs_no_credential_for_one_operation", Manner.SILENT_ACCEPTANCE, alone=True),
    Defect("SC702", "access:lets_viewers_write", Manner.SILENT_ACCEPTANCE),
    Defect("SC702", "access:lets_users_read_the_history", Manner.SILENT_ACCEPTANCE),
    Defect("SC703", "roles:refuses_a_role_that_permits", Manner.NEEDLESS_REFUSAL),
    Defect("SC703", "roles:ignores_roles_for_one_operation", Manner.SILENT_ACCEPTANCE, alone=True),
    Defect("SC704", "roles:does_what_it_refuses", Manner.SILENT_ACCEPTANCE),
    Defect("SC705", "roles:writes_across_agents", Manner.SILENT_ACCEPTANCE, alone=True),
    Defect("SC706", "roles:lists_every_agent", Manner.ANOTHERS_DATA, alone=True),
    Defect("SC707", "roles:lists_the_keys_of_all", Manner.ANOTHERS_DATA),
    Defect("SC707", "roles:lets_anybody_remove_a_key", Manner.SILENT_ACCEPTANCE),
    Defect("SC708", "roles:makes_any_key_for_anybody", Manner.SILENT_ACCEPTANCE),
    Defect("SC709", "credentials:never_enables_a_key_again", Manner.LOST_WRITE),
    Defect("SC709", "credentials:lets_disabled_keys_in", Manner.LOST_WRITE, alone=True),
    Defect("SC710", "credentials:takes_every_token_for_the_owners", Manner.SILENT_ACCEPTANCE),
    Defect("SC711", "credentials:takes_expired_tokens", Manner.STALE_STATE, alone=True),
    Defect("SC712", "roles:looks_for_the_object_before_the_roles", Manner.WRONG_ORDER, alone=True),
    Defect("SC712", "roles:names_what_it_does_not_show", Manner.EXTRA_PART, alone=True),
    Defect("SC713", "credentials:takes_two_accounts_for_one", Manner.ANOTHERS_DATA),
    Defect("SC713", "credentials:removes_objects_of_all_accounts", Manner.SILENT_ACCEPTANCE),
    Defect("SC713", "credentials:has_keys_in_common", Manner.NEEDLESS_REFUSAL),
    Defect("SC713", "credentials:counts_objects_of_all_accounts", Manner.ANOTHERS_DATA),
    Defect("SC713", "credentials:names_agents_of_all_accounts", Manner.ANOTHERS_DATA),
    Defect("SC713", "credentials:finds_objects_of_all_accounts", Manner.ANOTHERS_DATA, alone=True),
    Defect("SC714", "neighbours:lists_the_sessions_of_all_agents", Manner.ANOTHERS_DATA),
    Defect("SC714", "neighbours:changes_every_session_of_the_key", Manner.WRONG_ANSWER),
    Defect("SC714", "neighbours:removes_every_session_of_the_key", Manner.LOST_WRITE),
    Defect("SC714", "neighbours:remembers_the_words_of_all_sessions", Manner.ANOTHERS_DATA),
    Defect("SC714", "neighbours:reads_events_through_any_session", Manner.SILENT_ACCEPTANCE),
    Defect("SC714", "neighbours:forks_sessions_of_any_agent", Manner.SILENT_ACCEPTANCE),
    Defect("SC714", "neighbours:writes_documents_into_every_corpus", Manner.EXTRA_PART),
    Defect("SC714", "neighbours:describes_every_agent_alike", Manner.STALE_STATE),
    Defect("SC801", "sessions:stores_what_it_refuses", Manner.SILENT_ACCEPTANCE),
    Defect("SC801", "refusals:changes_what_it_can_of_a_refused_patch", Manner.SILENT_ACCEPTANCE),
    Defect("SC801", "refusals:keeps_a_message_that_it_refuses", Manner.SILENT_ACCEPTANCE),
    Defect("SC801", "refusals:mends_a_key_that_is_none", Manner.SILENT_ACCEPTANCE),
    Defect("SC801", "refusals:cuts_a_key_that_is_too_long", Manner.SILENT_ACCEPTANCE),
    Defect("SC801", "refusals:takes_a_text_for_metadata", Manner.SILENT_ACCEPTANCE),
    Defect("SC801", "refusals:reads_json_with_a_comma_too_many", Manner.SILENT_ACCEPTANCE),
    Defect("SC801", "refusals:takes_an_input_of_any_type_for_a_message", Manner.SILENT_ACCEPTANCE),
    Defect("SC802", "hostile:strips_white_space", Manner.LOST_WRITE),
    Defect("SC802", "hostile:writes_letters_in_one_way", Manner.WRONG_ANSWER),
    Defect("SC802", "hostile:cuts_what_is_long", Manner.MISSING_PART),
    Defect("SC802", "hostile:ends_messages_at_a_zero", Manner.MISSING_PART),
    Defect("SC802", "hostile:puts_a_mark_for_half_a_pair", Manner.SILENT_ACCEPTANCE),
    Defect("SC802", "hostile:escapes_what_it_shows", Manner.EXTRA_PART),
    Defect("SC803", "hostile:fails_for_what_is_no_utf8", Manner.WRONG_ANSWER),
    Defect("SC803", "hostile:fails_for_long_names", Manner.WRONG_ANSWER),
    Defect("SC803", "hostile:fails_for_many_brackets", Manner.WRONG_ANSWER),
    Defect("SC803", "hostile:takes_what_is_broken_for_nothing", Manner.SILENT_ACCEPTANCE),
    Defect("SC803", "hostile:takes_forms_that_are_cut_off", Manner.SILENT_ACCEPTANCE),
    Defect("SC803", "hostile:names_no_field", Manner.MISSING_PART),
    Defect("SC804", "hostile:writes_texts_into_frames_as_they_are", Manner.WRONG_ANSWER),
    Defect("SC804", "hostile:ends_lines_where_the_text_does", Manner.EXTRA_PART),
    Defect("SC804", "hostile:loses_what_is_behind_an_empty_line", Manner.MISSING_PART),
    Defect("SC804", "hostile:stops_where_a_text_says_so", Manner.MISSING_PART),
    Defect("SC805", "hostile:lists_nothing_where_a_name_has_a_zero", Manner.NEEDLESS_REFUSAL),
    Defect("SC805", "hostile:leaves_out_what_it_cannot_write", Manner.MISSING_PART),
    Defect("SC805", "hostile:finds_everything_for_a_quote", Manner.ANOTHERS_DATA),
    Defect("SC805", "hostile:finds_texts_by_their_letters", Manner.ANOTHERS_DATA),
)
