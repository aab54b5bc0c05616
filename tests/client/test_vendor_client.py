"""The vendor's own Python client, pointed at the mock, does what its users do with it."""

import pytest
from vectara import AgentInput_Text, AgentModel, AgentStepInstruction_Inline, AgentToolConfiguration_CorporaSearch, FirstAgentStep
from vectara.errors import BadRequestError, ForbiddenError, NotFoundError
from vectara.types import AgentEvent, AgentOutputParser_Default, AgentStreamedResponse, ScheduleConfiguration_Cron

from tests.client.vendor import AGENT, ONCE, QUESTION, branches, connected, new_session, say, say_streamed


@pytest.fixture
def session(vectara):
    return new_session(vectara)


def test_an_agent_is_created_read_changed_replaced_and_deleted(vectara):
    agents = vectara.agents
    step = FirstAgentStep(
        name="start",
        instructions=[AgentStepInstruction_Inline(name="Persona", template="Be brief.")],
        output_parser=AgentOutputParser_Default(),
    )
    tool = AgentToolConfiguration_CorporaSearch(query_configuration={"search": {"corpora": [{"corpus_key": "company-docs"}]}})
    model = AgentModel(name="gpt-4o")
    created = agents.create(
        key="crud", name="Crud", tool_configurations={"find": tool}, model=model, first_step=step, request_options=ONCE
    )
    assert (created.key, created.name, created.model.name, created.first_step.name) == ("crud", "Crud", "gpt-4o", "start")
    assert created.tool_configurations["find"].type == "corpora_search"
    assert agents.get("crud") == created
    changed = agents.update("crud", name="Renamed", enabled=False, request_options=ONCE)
    assert (changed.name, changed.enabled, changed.created_at) == ("Renamed", False, created.created_at)
    replaced = agents.replace("crud", name="Again", tool_configurations={}, model=model, first_step=step, request_options=ONCE)
    assert (replaced.name, replaced.enabled, replaced.tool_configurations) == ("Again", True, {})
    assert "crud" in [agent.key for agent in agents.list(filter="^Again$")]
    assert agents.delete("crud") is None
    with pytest.raises(NotFoundError):
        agents.get("crud", request_options=ONCE)


def test_a_session_is_created_read_changed_and_deleted(vectara):
    sessions = vectara.agent_sessions
    created = sessions.create(AGENT, key="own", name="Own", metadata={"language": "en"}, tti_minutes=9, request_options=ONCE)
    assert (created.key, created.agent_key, created.name, created.tti_minutes) == ("own", AGENT, "Own", 9)
    assert sessions.get(AGENT, "own") == created
    changed = sessions.update(AGENT, "own", metadata={"language": "fr"}, request_options=ONCE)
    assert (changed.metadata, changed.name, changed.created_at) == ({"language": "fr"}, "Own", created.created_at)
    assert sessions.delete(AGENT, "own") is None
    with pytest.raises(NotFoundError):
        sessions.get(AGENT, "own", request_options=ONCE)


def test_a_turn_comes_as_typed_events(vectara, session):
    answer = vectara.agent_events.create(AGENT, session, request=say(QUESTION), request_options=ONCE)
    assert answer.session_key == session
    types = [event.type for event in answer.events if event.type != "thinking"]
    assert types == ["input_message", "tool_input", "tool_output", "agent_output"]
    assert all(isinstance(event, branches(AgentEvent)) for event in answer.events)
    assert answer.events[0].messages[0].content == QUESTION
    assert [event.id for event in vectara.agent_events.list(AGENT, session)] == [event.id for event in answer.events]


def test_a_stream_comes_typed_and_without_a_frame_dropped(vectara, mock, session):
    events, sessions = vectara.agent_events, vectara.agent_sessions
    typed = list(events.create_stream(AGENT, session, request=say_streamed(QUESTION), request_options=ONCE))
    stored = list(events.list(AGENT, session))
    metadata = sessions.get(AGENT, session).metadata
    sessions.delete(AGENT, session)
    sessions.create(AGENT, key=session, metadata=metadata, request_options=ONCE)
    with mock.client() as client:
        body = {"messages": [{"type": "text", "content": QUESTION}], "stream_response": True}
        raw = client.post(f"/v2/agents/{AGENT}/sessions/{session}/events", json=body).text
    assert all(isinstance(event, branches(AgentStreamedResponse)) for event in typed)
    assert [frame.partition("\n")[0] for frame in raw.split("\n\n") if frame] == [f"event: {event.type}" for event in typed]
    assert typed[-1].type == "end"
    assert "".join(event.content for event in typed if event.type == "streaming_agent_output") == stored[-1].content


def test_the_pager_walks_through_25_sessions(vectara):
    step = FirstAgentStep(name="start", instructions=[], output_parser=AgentOutputParser_Default())
    model = AgentModel(name="m")
    vectara.agents.create(key="paged", name="Paged", tool_configurations={}, model=model, first_step=step, request_options=ONCE)
    for number in range(25):
        vectara.agent_sessions.create("paged", key=f"s{number:02}", request_options=ONCE)
    pager = vectara.agent_sessions.list("paged", limit=10)
    assert [len(page.items) for page in pager.iter_pages()] == [10, 10, 5]
    keys = [session.key for session in vectara.agent_sessions.list("paged", limit=10)]
    assert keys == [f"s{number:02}" for number in reversed(range(25))]


def test_an_event_is_hidden_shown_and_deleted(vectara, session):
    events = vectara.agent_events
    first, *rest = events.create(AGENT, session, request=say(QUESTION), request_options=ONCE).events
    others = [event.id for event in rest]
    assert events.hide(AGENT, session, first.id) == first
    assert [event.id for event in events.list(AGENT, session)] == others
    assert [event.id for event in events.list(AGENT, session, include_hidden=True)] == [first.id, *others]
    assert events.unhide(AGENT, session, first.id) == first
    assert [event.id for event in events.list(AGENT, session)] == [first.id, *others]
    assert events.delete(AGENT, session, first.id) is None
    with pytest.raises(NotFoundError):
        events.get(AGENT, session, first.id, request_options=ONCE)


def test_artifacts_are_listed_in_pages_and_read_typed(vectara, mock, session):
    with mock.client() as client:  # the vendor's client has no way to send files with an event
        files = [("files", (f"{number}.txt", b"Colour: turquoise", "text/plain")) for number in range(3)]
        sent = client.post(f"/v2/agents/{AGENT}/sessions/{session}/events", data={"message": "Hello there!"}, files=files)
    assert sent.status_code == 201
    pager = vectara.agent_artifacts.list(AGENT, session, limit=2, order_by="asc")
    pages = [page.items for page in pager.iter_pages()]
    assert [[artifact.filename for artifact in page] for page in pages] == [["0.txt", "1.txt"], ["2.txt"]]
    first = vectara.agent_artifacts.get(AGENT, session, pages[0][0].artifact_id)
    assert (first.data, first.size_bytes, first.ttl_days) == ("Q29sb3VyOiB0dXJxdW9pc2U=", 17, 30)
    assert (first.checksum_sha256, pages[0][0].data) == (pages[0][0].checksum_sha256, None)
    with pytest.raises(NotFoundError):
        vectara.agent_artifacts.get(AGENT, session, "art_of_doing_nothing", request_options=ONCE)


def test_a_schedule_is_created_read_changed_and_deleted(vectara):
    schedules, message = vectara.agent_schedules, [AgentInput_Text(content=QUESTION)]
    times = ScheduleConfiguration_Cron(cron_expression="0 9 * * 1-5")
    created = schedules.create(AGENT, key="own", name="Own", message=message, schedule=times, request_options=ONCE)
    assert (created.key, created.agent_key, created.message, created.schedule) == ("own", AGENT, message, times)
    assert schedules.get(AGENT, "own") == created
    assert [schedule.key for schedule in schedules.list(AGENT)] == ["own"]
    changed = schedules.update(AGENT, "own", enabled=False, request_options=ONCE)
    assert (changed.enabled, changed.name, changed.last_execution_at) == (False, "Own", None)
    assert list(schedules.list_executions(AGENT, "own")) == []
    assert schedules.delete(AGENT, "own") is None
    with pytest.raises(NotFoundError):
        schedules.get(AGENT, "own", request_options=ONCE)


def test_what_is_missing_is_a_not_found_error_that_names_it(vectara):
    with pytest.raises(NotFoundError) as caught:
        vectara.agent_sessions.get(AGENT, "nobody", request_options=ONCE)
    assert caught.value.status_code == 404
    assert caught.value.body["id"] == "nobody"
    assert caught.value.body["messages"] == [f"Agent {AGENT} has no session 'nobody'."]


def test_a_wrong_body_is_a_bad_request_error_that_names_the_field(vectara, session):
    with pytest.raises(BadRequestError) as caught:
        vectara.agent_events.create(AGENT, session, request=say(""), request_options=ONCE)
    assert caught.value.status_code == 400
    assert caught.value.body["field_errors"] == {"/messages/0/content": "must have at least 1 character"}
    assert caught.value.body["messages"][0].startswith("The body does not fit the operation: /messages/0/content ")


def test_a_key_without_the_role_gets_a_forbidden_error(mock, session):
    with connected(mock, "mock-viewer") as viewer, pytest.raises(ForbiddenError) as caught:
        viewer.agent_events.create(AGENT, session, request=say(QUESTION), request_options=ONCE)
    assert caught.value.status_code == 403
    assert "createAgentInput needs one of the roles" in caught.value.body.messages[0]


def test_a_premium_customer_is_answered_in_spanish_from_premium_documents(vectara):
    metadata = {"user_role": "premium", "language": "es"}
    created = vectara.agent_sessions.create(AGENT, name="Customer Support Session", metadata=metadata, request_options=ONCE)
    answer = vectara.agent_events.create(AGENT, created.key, request=say(QUESTION), request_options=ONCE)
    found = next(event for event in answer.events if event.type == "tool_output")
    assert found.resolved_argument_overrides == {"metadata_filter": "doc.access_level = 'premium'"}
    results = found.tool_output["search_results"]
    assert results
    assert {result["document_metadata"]["access_level"] for result in results} == {"premium"}
    assert any(word in answer.events[-1].content.split() for word in ("de", "la", "el", "que"))
    assert "Premium members who forgot their password" in answer.events[-1].content
