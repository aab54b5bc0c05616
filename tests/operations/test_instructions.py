import pytest

from tests.arrange import Api, agent_body, answer, assert_refused

SPANISH = "Always answer in Spanish."


@pytest.fixture
def api(app):
    return Api(app)


def path(instruction_id):
    return f"/v2/instructions/{instruction_id}"


def patch(api, instruction_id, **changes):
    return api.call("PATCH", path(instruction_id), {"type": "initial", **changes})


def steps_with(*references):
    return {"talk": {"instructions": [{"type": "reference", **reference} for reference in references]}}


def agent_with(api, *references, key="a1"):
    return api.agent(key, steps=steps_with(*references))


def told(api, session):
    api.turn(session, "Hello!")
    return [instruction["text"] for instruction in api.context(session).json["instructions"]]


def listed(api, **query):
    return [one["name"] for one in api.get("/v2/instructions", **query).json["instructions"]]


def rendered(api, instruction_id, query="", **body):
    return api.call("POST", f"{path(instruction_id)}/test{query}", body)


def test_a_created_instruction_can_be_read_back_with_its_defaults(api):
    created = api.call("POST", "/v2/instructions", {"type": "initial", "name": "My Rule!", "template": "Be kind."})

    assert created.status_code == 201
    body = created.json
    assert body["id"].startswith("ins_my_rule__")
    assert body == {
        "id": body["id"],
        "type": "initial",
        "name": "My Rule!",
        "template_type": "velocity",
        "template": "Be kind.",
        "metadata": {},
        "enabled": True,
        "version": 1,
        "created_at": "2026-01-15T12:00:00.000Z",
        "updated_at": "2026-01-15T12:00:00.000Z",
    }
    assert api.get(path(body["id"])).json == body


def test_two_instructions_of_one_name_have_ids_of_their_own(api):
    assert len({api.instruction(), api.instruction(), api.instruction()}) == 3


def test_a_patch_makes_the_next_version_and_keeps_the_earlier_ones(api, clock):
    one = api.instruction("First.", description="d")
    first = api.get(path(one)).json
    clock.sleep(60)

    second = patch(api, one, template="Second.", metadata={"a": 1})

    changed = {"template": "Second.", "metadata": {"a": 1}, "version": 2, "updated_at": "2026-01-15T12:01:00.000Z"}
    assert (second.status_code, second.json) == (200, {**first, **changed})
    assert api.get(path(one)).json == second.json
    assert api.get(path(one), version=2).json == second.json
    assert api.get(path(one), version=1).json == first


def test_the_number_of_a_deleted_version_is_not_given_again(api):
    one = api.instruction()
    patch(api, one, template="Second.")

    assert api.call("DELETE", f"{path(one)}/versions/2").status_code == 204

    assert api.get(path(one)).json["version"] == 1
    assert patch(api, one, template="Third.").json["version"] == 3
    assert_refused(api.get(path(one), version=2), 404, "SM307", id=f"{one} version 2")


@pytest.mark.parametrize(
    ("method", "suffix", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"type": "initial"}),
        ("DELETE", "", None),
        ("DELETE", "/versions/1", None),
        ("POST", "/test", {}),
    ],
)
def test_an_unknown_instruction_is_named(api, method, suffix, body):
    assert_refused(api.call(method, path("ins_none") + suffix, body), 404, "SM306", id="ins_none")


@pytest.mark.parametrize(("method", "suffix"), [("GET", "?version=7"), ("DELETE", "/versions/7"), ("POST", "/test?version=7")])
def test_an_unknown_version_is_named(api, method, suffix):
    one = api.instruction()

    response = api.call(method, path(one) + suffix, {} if method == "POST" else None)

    assert_refused(response, 404, "SM307", id=f"{one} version 7")


@pytest.mark.parametrize("template", ["Be kind.\n#if($session.key) x", "Be kind.\n#end", "Be kind.\n#foreach($x in) y #end"])
def test_a_template_that_cannot_be_read_is_refused_with_its_place_and_not_stored(api, template):
    one = api.instruction()
    before = api.state()

    created = api.call("POST", "/v2/instructions", {"type": "initial", "name": "Bad", "template": template})
    changed = patch(api, one, template=template)

    for response in (created, changed):
        assert_refused(response, 400, "SM340")
        assert list(response.json["field_errors"]) == ["/template"]
        assert "line 2, column " in response.json["field_errors"]["/template"]
    assert api.state() == before


def test_a_text_is_no_template_and_stands_as_it_is(api):
    one = api.instruction("#if ${session.key} #end #foreach(", template_type="text")

    assert rendered(api, one).json == {"rendered_instruction": "#if ${session.key} #end #foreach("}
    assert told(api, api.session(agent_with(api, {"id": one}))) == ["#if ${session.key} #end #foreach("]


def test_a_text_that_becomes_a_template_must_be_one(api):
    one = api.instruction("#if(", template_type="text")

    assert_refused(patch(api, one, template_type="velocity"), 400, "SM340")
    assert api.get(path(one)).json["version"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "n", "template": ""}, "/type"),
        ({"type": "final", "name": "n", "template": ""}, "/type"),
        ({"type": "initial", "template": ""}, "/name"),
        ({"type": "initial", "name": "", "template": ""}, "/name"),
        ({"type": "initial", "name": "n" * 51, "template": ""}, "/name"),
        ({"type": "initial", "name": "n"}, "/template"),
        ({"type": "initial", "name": "n", "template": "", "template_type": "jinja"}, "/template_type"),
    ],
)
def test_an_instruction_that_does_not_fit_is_refused_by_field_and_not_stored(api, body, field):
    response = api.call("POST", "/v2/instructions", body)

    assert_refused(response, 400, "SM203")
    assert list(response.json["field_errors"]) == [field]
    assert listed(api) == []


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Three", "Two", "One"]),
        ({"filter": "T"}, ["Three", "Two"]),
        ({"filter": "about law"}, ["One"]),
        ({"enabled": "false"}, ["Two"]),
        ({"enabled": "true"}, ["Three", "One"]),
        ({"type": "initial", "limit": 1}, ["Three"]),
    ],
)
def test_instructions_are_listed_newest_first_and_filtered(api, query, names):
    api.instruction(name="One", description="All about law.")
    api.instruction(name="Two", enabled=False)
    api.instruction(name="Three")

    assert listed(api, **query) == names


def test_a_listing_shows_the_latest_versions(api):
    one = api.instruction(name="Old")
    patch(api, one, name="New", enabled=False)

    assert [(row["name"], row["version"]) for row in api.get("/v2/instructions").json["instructions"]] == [("New", 2)]


def test_a_pinned_version_stays_and_an_unpinned_one_follows_from_the_next_turn_on(api):
    one = api.instruction("First for $session.metadata.name.")
    pinned = api.session(agent_with(api, {"id": one, "version": 1}, key="pinned"), metadata={"name": "Ann"})
    latest = api.session(agent_with(api, {"id": one}, key="latest"), metadata={"name": "Ann"})
    assert [told(api, pinned), told(api, latest)] == [["First for Ann."], ["First for Ann."]]

    patch(api, one, template="Second for ${session.metadata.name}.")

    assert [told(api, pinned), told(api, latest)] == [["First for Ann."], ["Second for Ann."]]


def test_a_patched_instruction_changes_the_language_of_the_next_answer(api):
    one = api.instruction("Always respond to the user in their preferred language: ${session.metadata.language}.")
    session = api.session(agent_with(api, {"id": one}), metadata={"language": "es"})
    spanish = answer(api.turn(session, "Hello!"))

    patch(api, one, template="Always respond to the user in their preferred language: fr.")

    assert spanish.startswith(("Hola", "Buenos", "¡", "Buen"))
    assert answer(api.turn(session, "Hello!")).startswith(("Bonjour", "Bonsoir", "Salut"))


def test_instructions_are_told_in_the_order_of_the_step(api):
    one, two = api.instruction("One."), api.instruction("Two.")
    inline = {"type": "inline", "name": "I", "template": "Inline."}
    references = [{"type": "reference", "id": two}, inline, {"type": "reference", "id": one}]
    agent = api.agent(steps={"talk": {"instructions": references}})

    assert told(api, api.session(agent)) == ["Two.", "Inline.", "One."]


def test_a_disabled_instruction_cannot_be_added_but_goes_on_where_it_is(api):
    one = api.instruction()
    agent = agent_with(api, {"id": one})
    patch(api, one, enabled=False)

    refused = api.call("POST", "/v2/agents", agent_body("a2", steps=steps_with({"id": one})))

    place = "/steps/talk/instructions/0/id"
    reason = f"instruction {one} is disabled and cannot be added to an agent"
    assert_refused(refused, 400, "SM330", field_errors={place: reason})
    assert told(api, api.session(agent)) == ["Be kind."]
    assert api.call("PATCH", agent, {"description": "x"}).status_code == 200
    assert api.call("PUT", agent, agent_body("a1", steps=steps_with({"id": one}))).status_code == 200


def test_an_instruction_enabled_again_can_be_added(api):
    one = api.instruction(enabled=False)
    patch(api, one, enabled=True)

    assert told(api, api.session(agent_with(api, {"id": one}))) == ["Be kind."]


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
@pytest.mark.parametrize(
    ("reference", "field", "reason"),
    [
        pytest.param({"id": "ins_none"}, "id", "there is no instruction 'ins_none'", id="no instruction"),
        pytest.param({"version": 3}, "version", "has no version 3", id="no version"),
        pytest.param({"version": 2}, "id", "is disabled", id="disabled"),
    ],
)
def test_references_are_checked_wherever_an_agent_gets_them(api, method, reference, field, reason):
    one = api.instruction()
    patch(api, one, enabled=False)
    api.agent("a1")
    before = api.state()
    steps = steps_with({"id": one, "version": 1}, {"id": one, **reference})
    body = {"steps": steps} if method == "PATCH" else agent_body("a1" if method == "PUT" else "a2", steps=steps)

    response = api.call(method, "/v2/agents" if method == "POST" else "/v2/agents/a1", body)

    assert_refused(response, 400, "SM330")
    ((place, told_reason),) = response.json["field_errors"].items()
    assert place == f"/steps/talk/instructions/1/{field}"
    assert reason in told_reason
    assert api.state() == before


def test_after_its_instruction_is_deleted_an_agents_next_turn_is_refused_and_nothing_stored(api):
    one = api.instruction()
    session = api.session(agent_with(api, {"id": one}))
    api.turn(session, "Hello!")
    assert api.call("DELETE", path(one)).status_code == 204
    before = api.state()

    response = api.say(session, "Hello again!")

    assert_refused(response, 422, "SM406")
    assert one in response.json["messages"][0]
    assert api.state() == before
    assert_refused(api.get(path(one)), 404, "SM306", id=one)


@pytest.mark.parametrize(
    ("reference", "version", "status"),
    [
        pytest.param({"version": 1}, 1, 409, id="pinned, that version"),
        pytest.param({"version": 1}, 2, 204, id="pinned, another version"),
        pytest.param({}, 2, 409, id="latest, the latest"),
        pytest.param({}, 1, 204, id="latest, an older one"),
    ],
)
def test_a_version_in_use_is_not_deleted(api, reference, version, status):
    one = api.instruction()
    patch(api, one, template="Second.")
    agent_with(api, {"id": one, **reference})

    response = api.call("DELETE", f"{path(one)}/versions/{version}")

    assert response.status_code == status
    if status == 409:
        assert_refused(response, 409, "SM341")
        assert "agent a1" in response.json["messages"][0]
    assert (api.get(path(one), version=version).status_code == 200) is (status == 409)


def test_the_only_version_is_not_deleted(api):
    one = api.instruction()

    assert_refused(api.call("DELETE", f"{path(one)}/versions/1"), 409, "SM341")
    assert api.get(path(one)).json["version"] == 1


def test_a_test_renders_with_the_context_as_session_metadata_and_changes_nothing(api):
    one = api.instruction("$session.metadata.language $!session.metadata.gone${session.metadata.deep.a} $currentDate")
    before = api.state()

    response = rendered(api, one, context={"language": "es", "deep": {"a": 1}})

    assert (response.status_code, response.json) == (200, {"rendered_instruction": "es 1 2026-01-15T12:00:00.000Z"})
    assert api.state() == before


def test_a_test_lists_the_tools_it_is_given(api):
    one = api.instruction("#foreach($tool in $tools)$tool.name: $tool.description#if($foreach.hasNext), #end#end")

    response = rendered(api, one, tools=[{"name": "search", "description": "Finds.", "odd": 1}, {"name": "get"}])

    assert response.json == {"rendered_instruction": "search: Finds., get: "}


def test_a_test_renders_the_version_asked_for(api):
    one = api.instruction("First.")
    patch(api, one, template="Second.")

    assert rendered(api, one).json == {"rendered_instruction": "Second."}
    assert rendered(api, one, "?version=1").json == {"rendered_instruction": "First."}


def test_a_test_warns_of_a_heading_that_is_a_comment(api):
    one = api.instruction("Be kind.\n## Heading\nGo on.")

    body = rendered(api, one).json

    assert "Heading" not in body["rendered_instruction"]
    (warning,) = body["warnings"]
    assert (warning["line"], warning["column"]) == (2, 1)
    assert "comment" in warning["message"]


def test_a_bomb_is_refused_with_its_place_and_soon(api):
    one = api.instruction("#foreach($a in [1..1000])#foreach($b in [1..1000])#foreach($c in [1..1000])x#end#end#end")

    assert_refused(rendered(api, one), 422, "SM401")
    assert_refused(api.say(api.session(agent_with(api, {"id": one})), "Hello!"), 422, "SM401")


def test_a_reset_takes_instructions_away(api):
    one = api.instruction()

    api.reset()

    assert listed(api) == []
    assert api.instruction() == one
