import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.errors import Refused
from mockserver.domain.references import Open, has_references, leaf_paths, refuse_lost, resolved, roots_of, settled
from mockserver.domain.templating.dialect import DIALECT

CONTEXT = {
    "session": {
        "key": "s1",
        "metadata": {
            "role": "premium",
            "n": 3,
            "nothing": None,
            "deep": {"list": [1, {"a": "b"}]},
            "user_id": "u7",
            "place": 1,
            "spaced name": "x",
        },
    },
    "agent": {"name": "A", "key": "a1", "metadata": {"team": "care", "u7": "of the user", "fields": ["role", "n"]}},
    "currentDate": "2026-01-15T12:00:00.000Z",
}
SESSION_SECRETS = {"token": "session-t0p-s3cret"}
AGENT_SECRETS = {"u7": "agent-t0p-s3cret", "other": "0ther-s3cret"}
PLANTED = [*SESSION_SECRETS.values(), *AGENT_SECRETS.values()]


def roots(context=CONTEXT, session_secrets=SESSION_SECRETS, agent_secrets=AGENT_SECRETS):
    return roots_of(context, DIALECT, session_secrets=session_secrets, agent_secrets=agent_secrets)


def resolve(value, *, templates=True):
    result = resolved(value, roots(), templates=templates)
    refuse_lost({"search": result.lost})
    return result.value


def shown(value):
    return resolved(value, roots(), templates=True).shown


def ref(path):
    return {"$ref": path}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("session.metadata.role", "premium"),
        (".session.metadata.role", "premium"),
        ("session.metadata.n", 3),
        ("session.metadata.nothing", None),
        ("session.metadata.deep", {"list": [1, {"a": "b"}]}),
        ("session.metadata", CONTEXT["session"]["metadata"]),
        ("session.metadata.spaced name", "x"),
        ("session.key", "s1"),
        ("agent.metadata.team", "care"),
        ("currentDate", "2026-01-15T12:00:00.000Z"),
        ("session.secrets.token", "session-t0p-s3cret"),
        ("agent.secrets.other", "0ther-s3cret"),
        ("agent.secrets", AGENT_SECRETS),
    ],
)
def test_a_reference_gives_the_value_in_its_own_type(path, value):
    assert resolve(ref(path)) == value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param("session.metadata.deep.list[0]", 1, id="number in a list"),
        pytest.param("session.metadata.deep.list[1].a", "b", id="path behind an index"),
        pytest.param("session.metadata.deep.list[session.metadata.place].a", "b", id="number by reference"),
        pytest.param("agent.metadata[session.metadata.user_id]", "of the user", id="key by reference"),
        pytest.param("agent.metadata[$session.metadata.user_id]", "of the user", id="with a dollar"),
        pytest.param("agent.metadata[$.session.metadata.user_id]", "of the user", id="with a dollar and a dot"),
        pytest.param("agent.metadata[.session.metadata.user_id]", "of the user", id="with a dot"),
        pytest.param("agent.secrets[session.metadata.user_id]", "agent-t0p-s3cret", id="secret of the user"),
        pytest.param(".agent.secrets[$.session.metadata.user_id]", "agent-t0p-s3cret", id="dots outside and inside"),
    ],
)
def test_an_index_is_a_number_or_a_reference_to_the_key(path, value):
    assert resolve(ref(path)) == value


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(json_values)
def test_any_metadata_value_comes_through_a_reference_unchanged(value):
    around = roots({"session": {"metadata": {"x": value}}, "agent": {}})

    result = resolved({"a": [ref("session.metadata.x")]}, around, templates=True)

    assert (result.value, result.shown) == ({"a": [value]}, {"a": [value]})
    assert repr(result.value) == repr({"a": [value]})


def test_references_are_found_at_any_depth():
    assert resolve({"a": [{"b": ref("session.key")}], "c": 1}) == {"a": [{"b": "s1"}], "c": 1}


@pytest.mark.parametrize(
    "path",
    [
        "session.metadata.gone",
        "session.metadata.role.x",
        "session.metadata.",
        "session.metadata..role",
        "session.secrets.gone",
        "agent.secrets[session.metadata.role]",
        "agent.secrets[session.metadata.gone]",
        "agent.secrets[session.metadata.nothing]",
        "agent.secrets[]",
        "agent.secrets[session.metadata.user_id",
        "agent.metadata[agent.metadata[session.metadata.user_id]]",
        "session.metadata.deep.list[2]",
        "session.metadata.deep.list[-1]",
        "session.metadata.deep.list.0",
        "session.metadata.deep.list[session.metadata.role]",
        "session.metadata.role[0]",
        "agent.metadata[..session.metadata.user_id]",
        "agent.name",
        "session",
        "agent",
        "..session.key",
        "nowhere",
        "__class__",
        "session.metadata.__class__",
        "currentDate.year",
    ],
)
def test_a_reference_that_leads_nowhere_is_refused_by_name(path):
    with pytest.raises(Refused) as caught:
        resolve({"x": ref(path)})

    assert caught.value.refusal.code == "SM402"
    assert f"Failed to resolve eager references: tool 'search': unresolved refs [{path}]" in caught.value.message


def test_every_reference_that_leads_nowhere_is_named():
    with pytest.raises(Refused) as caught:
        resolve({"x": ref("session.metadata.one"), "y": [ref("session.metadata.two"), ref("session.key")]})

    assert "[session.metadata.one, session.metadata.two]" in caught.value.message


@given(st.text())
def test_no_path_at_all_reaches_a_name_or_a_key_that_is_no_root(path):
    inside = roots({"session": {"metadata": {}}, "agent": {"metadata": {}, "name": "unreached"}}, {}, {})

    found = resolved(ref(path), inside, templates=True)

    assert found.lost == (path,) or isinstance(found.value, Open) or found.value in ({}, None)
    assert "unreached" not in repr(found.value).replace(repr(path), "")


def test_an_object_with_more_than_a_ref_is_no_reference():
    assert resolve({"$ref": "session.key", "x": 1}) == {"$ref": "session.key", "x": 1}


def test_a_doubled_dollar_stands_for_a_literal_ref():
    assert resolve({"a": {"$$ref": "session.key"}}) == {"a": {"$ref": "session.key"}}
    assert resolve({"$$ref": ref("session.key")}) == {"$ref": "s1"}


def test_secrets_are_real_in_the_value_and_masked_where_they_are_shown():
    override = {
        "a": ref("session.secrets.token"),
        "b": [ref("agent.secrets[session.metadata.user_id]")],
        "c": ref("agent.secrets"),
        "d": ref("session.metadata.role"),
    }

    assert resolve(override) == {
        "a": "session-t0p-s3cret",
        "b": ["agent-t0p-s3cret"],
        "c": AGENT_SECRETS,
        "d": "premium",
    }
    assert shown(override) == {"a": "****", "b": ["****"], "c": {"u7": "****", "other": "****"}, "d": "premium"}


paths = st.sampled_from(
    [
        "session.secrets.token",
        "session.secrets",
        "agent.secrets",
        "agent.secrets.other",
        "agent.secrets[session.metadata.user_id]",
        "session.metadata.role",
        "session.key",
    ]
)
overrides = st.recursive(
    paths.map(ref) | paths.filter(lambda path: "[" not in path).map(lambda path: "${" + path + "}") | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "metadata_filter"]), inner, max_size=3)
    ),
)


@given(overrides)
def test_what_has_no_references_is_as_it_was_written(override):
    result = resolved({"x": override}, roots(), templates=False)

    assert has_references(override) or (result.value, result.shown) == ({"x": override}, {"x": override})
    assert has_references(override) or not (result.lost or result.open)


@given(overrides)
def test_no_secret_is_in_what_is_shown_and_none_in_what_templates_fill(override):
    result = resolved({"x": override}, roots(), templates=True)

    assert not [secret for secret in PLANTED if secret in repr(result.shown)]
    if "$ref" not in repr(override):
        assert not [secret for secret in PLANTED if secret in repr(result.value)]


def test_strings_are_filled():
    assert resolve({"q": "role ${session.metadata.role}, $session.key"}) == {"q": "role premium, s1"}


def test_strings_stay_as_they_are_where_templates_do_not_apply():
    assert resolve({"q": "${session.key}"}, templates=False) == {"q": "${session.key}"}


def test_a_string_that_is_no_template_is_refused():
    with pytest.raises(Refused) as caught:
        resolve({"q": "#if($session.key) x"})

    assert caught.value.refusal.code == "SM401"


def test_only_a_metadata_filter_is_escaped():
    around = roots({"session": {"metadata": {"x": "O'Brien"}}, "agent": {}})
    value = {"query": "'${session.metadata.x}'", "metadata_filter": "a = '${session.metadata.x}'"}

    assert resolved(value, around, templates=True).value == {
        "query": "'O'Brien'",
        "metadata_filter": "a = 'O''Brien'",
    }


def test_a_reference_to_a_tool_stays_open_until_its_output_is_there():
    path = "tools.first.outputs.latest.search_results[0].document_id"
    made = resolved({"x": [ref(path)], "y": ref("session.key")}, roots(), templates=True)
    outputs = {"first": {"outputs": {"latest": {"search_results": [{"document_id": "d1"}]}}}}

    assert made.value == {"x": [Open(path)], "y": "s1"}
    assert (made.open, made.awaited) == ((path,), {"first"})
    assert settled(made.value, outputs) == ({"x": ["d1"], "y": "s1"}, [])


def test_a_tool_that_gave_no_such_output_is_named_by_path():
    override = {"x": ref("tools.first.outputs.latest.a"), "y": ref(".tools.second.outputs.latest")}
    made = resolved(override, roots(), templates=True)

    _, lost = settled(made.value, {"first": {"outputs": {"latest": {}}}})

    assert lost == ["tools.first.outputs.latest.a", ".tools.second.outputs.latest"]
    assert made.awaited == {"first", "second"}


def test_what_is_open_is_told_once_whatever_secrets_there_are():
    path = "tools.first.outputs.latest"
    override = {"x": ref(path), "y": ref("session.metadata.n")}
    for around in (roots(), roots(session_secrets={}, agent_secrets={})):
        made = resolved(override, around, templates=True)

        assert made.value == made.shown == {"x": Open(path), "y": 3}
        assert made.open == (path,)


def test_leaves_are_named_by_their_paths():
    override = {
        "query": "x",
        "config": {"auth": {"token": 1}},
        "items": [1, {"a": 2}],
        "r": ref("session.key"),
        "empty": {},
        "none": [],
        "deep": {"$$ref": "literal"},
    }

    assert leaf_paths(override) == (
        "query",
        "config.auth.token",
        "items[0]",
        "items[1].a",
        "r",
        "empty",
        "none",
        "deep.$ref",
    )


@pytest.mark.parametrize("text", ["costs 5$", "#if(", "$ 3", "## no comment", "$5.00"])
def test_an_override_without_a_reference_stays_as_it_is(text):
    assert resolve({"query": text}) == {"query": text}
