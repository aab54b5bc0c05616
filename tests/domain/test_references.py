import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.errors import Refused
from mockserver.domain.references import leaf_paths, resolved

CONTEXT = {
    "session": {"key": "s1", "metadata": {"role": "premium", "n": 3, "nothing": None, "deep": {"list": [1, {"a": "b"}]}}},
    "agent": {"name": "A", "key": "a1", "metadata": {"team": "care"}},
    "currentDate": "2026-01-15T12:00:00.000Z",
}


def resolve(value, *, templates=True):
    return resolved(value, CONTEXT, tool="search", templates=templates)


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
        ("session.key", "s1"),
        ("agent.metadata.team", "care"),
        ("currentDate", "2026-01-15T12:00:00.000Z"),
    ],
)
def test_a_reference_gives_the_value_in_its_own_type(path, value):
    assert resolve(ref(path)) == value


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(json_values)
def test_any_metadata_value_comes_through_a_reference_unchanged(value):
    context = {"session": {"metadata": {"x": value}}}

    result = resolved({"a": [ref("session.metadata.x")]}, context, tool="search", templates=True)

    assert result == {"a": [value]}


def test_references_are_found_at_any_depth():
    assert resolve({"a": [{"b": ref("session.key")}], "c": 1}) == {"a": [{"b": "s1"}], "c": 1}


@pytest.mark.parametrize(
    "path",
    [
        "session.metadata.gone",
        "session.metadata.role.x",
        "session.metadata.",
        "session.secrets.token",
        "agent.secrets",
        "agent.name",
        "session",
        "agent",
        "tools",
        "..session.key",
        "nowhere",
        "__class__",
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


def test_an_object_with_more_than_a_ref_is_no_reference():
    assert resolve({"$ref": "session.key", "x": 1}) == {"$ref": "session.key", "x": 1}


def test_strings_are_filled():
    assert resolve({"q": "role ${session.metadata.role}, $session.key"}) == {"q": "role premium, s1"}


def test_strings_stay_as_they_are_where_templates_do_not_apply():
    assert resolve({"q": "${session.key}"}, templates=False) == {"q": "${session.key}"}


def test_a_string_that_is_no_template_is_refused():
    with pytest.raises(Refused) as caught:
        resolve({"q": "#if($session.key) x"})

    assert caught.value.refusal.code == "SM401"


def test_only_a_metadata_filter_is_escaped():
    context = {"session": {"metadata": {"x": "O'Brien"}}}
    value = {"query": "'${session.metadata.x}'", "metadata_filter": "a = '${session.metadata.x}'"}

    assert resolved(value, context, tool="search", templates=True) == {
        "query": "'O'Brien'",
        "metadata_filter": "a = 'O''Brien'",
    }


def test_leaves_are_named_by_their_paths():
    override = {"query": "x", "config": {"auth": {"token": 1}}, "items": [1, 2], "r": ref("session.key"), "empty": {}}

    assert leaf_paths(override) == ("query", "config.auth.token", "items[0]", "items[1]", "r", "empty")
