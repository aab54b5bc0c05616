"""Sub-agents: another agent is asked in a session of its own, and its events are news of the call."""

import pytest

from tests.arrange import SEARCH, Api, answer, assert_refused, frames, of_type


@pytest.fixture
def api(app):
    return Api(app)


def helper(mode="ephemeral", **more):
    """A tool that asks the agent `helper`; a message that names the tool `ask helper` calls it."""
    return {"type": "sub_agent", "sub_agent_configuration": {"agent_key": "helper", "session_mode": mode, **more}}


@pytest.fixture
def session(api):
    api.agent("helper", tools={"search": SEARCH})
    metadata = {"user_role": {"$ref": "session.metadata.user_role"}}
    api.agent("a1", tools={"ask_helper": helper(session_metadata=metadata)})
    return api.session("/v2/agents/a1", key="s1", metadata={"user_role": "premium"})


QUESTION = "Ask helper: how is a forgotten password reset?"


def ask(api, session, text=QUESTION):
    """Let the agent ask; return the call, the news of it, and the output."""
    streamed = frames(api.say(session, text, stream_response=True).data)
    (called,), (output,) = of_type(streamed, "tool_input"), of_type(streamed, "tool_output")
    return called, of_type(streamed, "tool_activity"), output


def children(api, agent="helper"):
    return api.get(f"/v2/agents/{agent}/sessions").json["sessions"]


def test_the_answer_of_the_other_agent_is_the_output(api, session):
    called, _, output = ask(api, session)

    child = f"/v2/agents/helper/sessions/{output['tool_output']['session_key']}"
    assert called["tool_name"] == "sub_agent"
    assert called["tool_input"] == {"message": QUESTION}
    assert output["error"] is False
    assert output["tool_output"]["sub_agent_response"] == answer(api.events(child))
    assert output["tool_output"]["sub_agent_response"] in answer(api.events(session))


def test_its_events_are_news_between_the_call_and_its_output(api, session):
    streamed = frames(api.say(session, QUESTION, stream_response=True).data)

    kinds = [frame["type"] for frame in streamed]
    news = of_type(streamed, "tool_activity")
    first, last = kinds.index("tool_activity"), len(kinds) - 1 - kinds[::-1].index("tool_activity")
    assert kinds[first - 1] == "tool_input"
    assert kinds[last + 1] == "tool_output"
    assert {one["activity_type"] for one in news} == {"sub_agent"}
    assert {one["tool_call_id"] for one in news} == {of_type(streamed, "tool_input")[0]["tool_call_id"]}
    child = children(api)[0]["key"]
    assert [one["agent_event"] for one in news] == api.events(f"/v2/agents/helper/sessions/{child}")


def test_the_child_session_tells_where_it_comes_from_and_has_the_metadata_given(api, session):
    ask(api, session)

    (child,) = children(api)
    assert (child["created_by_agent_key"], child["created_by_session_key"]) == ("a1", "s1")
    assert child["metadata"] == {"user_role": "premium"}
    assert child["status"] == "stopped"


def test_the_childs_metadata_decides_what_it_may_find(api, session):
    _, news, _ = ask(api, session)

    (found,) = [one["agent_event"] for one in news if one["agent_event"]["type"] == "tool_output"]
    levels = {hit["document_metadata"]["access_level"] for hit in found["tool_output"]["search_results"]}
    assert levels == {"premium"}


@pytest.mark.parametrize(("mode", "sessions"), [("ephemeral", 2), ("persistent", 1), ("session_scoped", 2)])
def test_the_mode_says_whether_a_session_goes_on(api, mode, sessions):
    api.agent("helper")
    session = api.session(api.agent("a1", tools={"ask_helper": helper(mode)}), key="s1")

    ask(api, session)
    ask(api, session)

    assert len(children(api)) == sessions


@pytest.mark.parametrize(("mode", "from_elsewhere"), [("session_scoped", False), ("agent_scoped", True)])
def test_a_message_that_names_a_session_resumes_it_where_the_mode_permits(api, mode, from_elsewhere):
    api.agent("helper")
    agent = api.agent("a1", tools={"ask_helper": helper(mode)})
    first, other = api.session(agent, key="s1"), api.session(agent, key="s2")
    _, _, output = ask(api, first)
    key = output["tool_output"]["session_key"]

    _, _, same = ask(api, first, f"Ask helper again in {key}.")
    _, _, elsewhere = ask(api, other, f"Ask helper again in {key}.")

    assert same["tool_output"]["session_key"] == key
    assert (elsewhere["tool_output"]["session_key"] == key) is from_elsewhere


@pytest.mark.parametrize("what", ["missing", "disabled", "unrenderable"])
def test_an_agent_that_cannot_be_asked_is_the_tools_error(api, session, what):
    if what == "missing":
        api.call("DELETE", "/v2/agents/helper")
    elif what == "disabled":
        api.call("PATCH", "/v2/agents/helper", {"enabled": False})
    else:
        api.call("PUT", "/v2/agents/helper", {**api.get("/v2/agents/helper").json, "skills": {}, **broken()})

    _, news, output = ask(api, session)

    assert output["error"] is True
    assert news == []
    assert "helper" in output["tool_output"]["error"] or what == "unrenderable"
    assert api.get(session).json["status"] == "stopped"


def broken():
    step = {"instructions": [{"type": "inline", "name": "Rule", "template": "#if($x)"}]}
    return {"first_step_name": "talk", "steps": {"talk": step}, "first_step": {"name": "talk", **step}}


def test_agents_that_ask_each_other_for_ever_come_to_an_end(api):
    loop = {"type": "sub_agent", "sub_agent_configuration": {"agent_key": "a1"}}
    session = api.session(api.agent("a1", tools={"ask_helper": loop}), key="s1")

    _, news, output = ask(api, session)

    assert output["error"] is False
    failed = [one["agent_event"] for one in news if one["agent_event"]["type"] == "tool_output"]
    assert failed
    assert len(children(api, "a1")) == 6
    assert all(child["status"] == "stopped" for child in children(api, "a1"))


def test_an_interrupt_leaves_both_sessions_idle(api, session):
    response = api.open_stream(session, QUESTION)
    for raw in response.response:
        if b"tool_activity" in raw:
            break

    api.call("POST", f"{session}/events", {"type": "interrupt"})

    response.close()
    assert [child["status"] for child in children(api)] == ["stopped"]
    assert api.get(session).json["status"] == "stopped"
    assert_refused(api.get(f"{session}/events/aev_gone"), 404, "SM303")


def test_a_scenario_shows_a_sub_agent_on_any_agent(api):
    session = api.session(metadata={"mock.scenario": "sub_agent_activity"})

    streamed = frames(api.say(session, "Hello!", stream_response=True).data)

    assert [one["agent_event"]["type"] for one in of_type(streamed, "tool_activity")] == ["input_message", "agent_output"]


@pytest.mark.parametrize("where", ["session_metadata", "message"])
def test_no_secret_is_handed_to_another_agent(api, where):
    api.agent("helper")
    secret = {"$ref": "session.secrets.token"}
    tool = helper(session_metadata={"token": [secret]}) if where == "session_metadata" else helper()
    override = {"argument_override": {"message": secret}} if where == "message" else {}
    session = api.session(api.agent("a1", tools={"ask_helper": {**tool, **override}}), key="s1", secrets={"token": "s3cret"})

    _, news, output = ask(api, session)

    assert output["error"] is True
    assert output["tool_output"]["error"].startswith("FAILED_PRECONDITION: secrets are not given to other agents")
    assert news == []
    assert children(api) == []
    assert "s3cret" not in str(api.state())
    assert "s3cret" not in api.context(session).text


def test_the_session_of_an_agent_that_is_asked_has_the_same_key_whatever_else_there_is(api):
    def key_of_the_child(*before):
        api.reset()
        api.agent("helper")
        agent = api.agent("a1", tools={"ask_helper": helper()})
        for key in before:
            ask(api, api.session(agent, key=key))
        return ask(api, api.session(agent, key="s1"))[2]["tool_output"]["session_key"]

    assert key_of_the_child() == key_of_the_child("s2", "s3")


def test_a_session_that_was_made_anew_does_not_go_on_with_those_of_the_one_before(api):
    api.agent("helper")
    agent = api.agent("a1", tools={"ask_helper": helper("persistent")})
    session = api.session(agent, key="s1")
    ask(api, session)
    api.call("DELETE", session)

    ask(api, api.session(agent, key="s1"))

    assert len(children(api)) == 2


def test_a_session_that_has_expired_does_not_go_on(api, clock):
    api.agent("helper")
    tool = {**helper("persistent"), "argument_override": {"session_tti_minutes": 5}}
    session = api.session(api.agent("a1", tools={"ask_helper": tool}), key="s1")
    _, _, first = ask(api, session)
    clock.sleep(5 * 60)

    _, _, later = ask(api, session)

    assert later["tool_output"]["session_key"] != first["tool_output"]["session_key"]


def test_the_pace_of_the_request_is_that_of_the_agent_that_is_asked(api, session, clock):
    started = clock.now()

    api.say(session, QUESTION, headers={"X-Mock-Physics": "first_token_ms=1000"})

    (child,) = children(api)
    stamps = [event["created_at"] for event in api.events(f"/v2/agents/helper/sessions/{child['key']}")]
    assert (clock.now() - started).total_seconds() == 6
    assert [stamp[17:19] for stamp in stamps] == ["01", "02", "02", "03", "04"]


def test_a_structured_answer_is_handed_back_as_json(api):
    schema = {"type": "object", "properties": {"ok": {"const": True}}, "required": ["ok"]}
    parser = {"type": "structured", "json_schema": {"name": "verdict", "schema": schema}}
    api.agent("helper", steps={"talk": {"instructions": [], "output_parser": parser}})
    session = api.session(api.agent("a1", tools={"ask_helper": helper()}), key="s1")

    _, _, output = ask(api, session)

    assert output["tool_output"]["sub_agent_response"] == '{"ok": true}'
