from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mockserver.domain.aliases import new_alias, policy_of, target_of, updated_alias
from mockserver.domain.errors import Refused
from tests.arrange import NOON, a_session, examples

USER = "get('$.session.metadata.user')"
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
WEIGHTS = st.lists(st.integers(0, 9), min_size=1, max_size=5).filter(any)


def single(agent_key, match=None):
    return {**({} if match is None else {"match": match}), "targets": {"type": "single", "agent_key": agent_key}}


def weighted(*weights, by=USER, match=None):
    """A rule whose agents are a0, a1, … with these weights."""
    options = [{"agent_key": f"a{index}", "weight": weight} for index, weight in enumerate(weights)]
    targets = {"type": "weighted", "partition_by": by, "options": options}
    return {**({} if match is None else {"match": match}), "targets": targets}


def an_alias(*rules, key="l1", **more):
    body = {"key": key, "name": "Alias", "policy": {"type": "routed", "rules": list(rules)}, **more}
    return new_alias(body, lambda _: True, NOON)


def target(alias, *, now=NOON, **session):
    return target_of(alias, a_session(**session).as_json(), now)


def refusal(*rules, agents=("a", "b")):
    with pytest.raises(Refused) as refused:
        policy_of({"type": "routed", "rules": list(rules)}, agents.__contains__)
    assert refused.value.refusal.code == "SM374"
    return refused.value.fields


def test_the_first_rule_that_holds_counts():
    gold, all_metals = "get('$.session.metadata.tier') == 'gold'", "get('$.session.metadata.tier') != ''"
    alias = an_alias(single("a", gold), single("b", all_metals), single("c"))

    chosen = [target(alias, metadata=metadata) for metadata in ({"tier": "gold"}, {"tier": "tin"}, {})]

    assert chosen == ["a", "b", "c"]


@pytest.mark.parametrize("value", ["yes", 1, "true", None, [], {}], ids=repr)
def test_a_match_that_is_not_true_does_not_hold(value):
    alias = an_alias(single("a", "get('$.session.metadata.flag')"), single("b"))

    assert (target(alias, metadata={"flag": value}), target(alias, metadata={"flag": True})) == ("b", "a")


@pytest.mark.parametrize(
    "match",
    [
        "get('$.session.key') == 's1'",
        "get('$.session.name') == 'Mine'",
        "get('$.session.description') == 'about'",
        "get('$.session.metadata.deep.list[1]') == 2",
        "get('$.session.tti_minutes') == 5 and get('$.session.enabled')",
        "get('$.session.status') == 'unstarted'",
        "get('$.agent.key') == 'l1' and get('$.agent.name') == 'Alias'",
        "get('$.agent.description') == 'of mine' and get('$.agent.metadata.region') == 'eu'",
        "get('$.currentDate') == '2026-01-15T12:00:00.000Z'",
        "get('$.session.agent_key') == null and get('$.session.secrets') == null and get('$.agent.policy') == null",
    ],
)
def test_conditions_see_the_session_the_alias_and_the_date(match):
    alias = an_alias(single("a", match), single("b"), description="of mine", metadata={"region": "eu"})

    assert target(
        alias, name="Mine", description="about", metadata={"deep": {"list": [1, 2]}}, tti_minutes=5, secrets={"token": "t0p"}
    ) == ("a")


def test_a_session_that_no_rule_takes_is_refused():
    with pytest.raises(Refused) as refused:
        target(an_alias(single("a", "false")))

    assert refused.value.refusal.code == "SM375"
    assert "alias l1" in refused.value.message


@pytest.mark.parametrize("metadata", [{}, {"user": None}])
def test_a_null_partition_is_refused(metadata):
    with pytest.raises(Refused) as refused:
        target(an_alias(single("b", "false"), weighted(1, 1)), metadata=metadata)

    assert refused.value.refusal.code == "SM376"
    assert f"Rule 1 of alias l1 divides sessions by {USER!r}" in refused.value.message


@examples(100)
@given(st.lists(VALUES, min_size=1, max_size=20), WEIGHTS)
def test_equal_partition_values_lead_to_the_same_agent_under_whichever_alias_and_session(values, weights):
    first, second = an_alias(weighted(*weights)), an_alias(single("b", "false"), weighted(*weights), key="l2")

    for value in values:
        chosen = target(first, metadata={"user": value})
        assert target(second, key="s2", metadata={"user": value, "more": 1}) == chosen


@examples(100)
@given(VALUES, WEIGHTS, st.integers(1, 10**30))
def test_only_the_proportions_of_weights_matter(value, weights, factor):
    scaled = [weight * factor for weight in weights]

    assert target(an_alias(weighted(*weights)), metadata={"user": value}) == target(
        an_alias(weighted(*scaled)), metadata={"user": value}
    )


@examples(20)
@given(WEIGHTS, st.text(max_size=4))
def test_agents_get_sessions_in_proportion_to_their_weights_and_none_with_weight_zero(weights, prefix):
    alias, rounds = an_alias(weighted(*weights)), 2000
    targets = alias.policy.rules[0].targets

    shares = Counter(targets.chosen(f"{prefix}{number}") for number in range(rounds))

    for index, weight in enumerate(weights):
        share = shares[f"a{index}"] / rounds
        assert share == pytest.approx(weight / sum(weights), abs=0.05)
        assert (share == 0) is (weight == 0)


@examples(100)
@given(WEIGHTS, VALUES, st.integers(1, 9))
def test_a_larger_weight_of_the_last_agent_takes_no_value_from_it(weights, value, more):
    assume(weights[-1])
    last, metadata = f"a{len(weights) - 1}", {"user": value}
    before = target(an_alias(weighted(*weights)), metadata=metadata)

    after = target(an_alias(weighted(*weights[:-1], weights[-1] + more)), metadata=metadata)

    assert before != last or after == last


def test_a_whole_number_is_the_same_with_and_without_a_point():
    alias = an_alias(weighted(*[1] * 50))

    assert all(target(alias, metadata={"user": n}) == target(alias, metadata={"user": float(n)}) for n in range(20))


def test_the_assignment_of_values_is_the_same_in_every_process():
    alias = an_alias(weighted(1, 1, 1))

    assert " ".join(target(alias, metadata={"user": f"user-{n}"}) for n in range(8)) == "a0 a1 a0 a0 a2 a0 a0 a2"


@pytest.mark.parametrize(
    ("rules", "field", "reason"),
    [
        pytest.param([single("a"), single("b")], "1", "can never be reached: rule 0 has no match", id="behind the catch-all"),
        pytest.param(
            [single("a"), single("b", "true")], "1", "can never be reached: rule 0 has no match", id="a match behind it too"
        ),
        pytest.param([single("nobody")], "0/targets/agent_key", "there is no agent 'nobody'", id="agent"),
        pytest.param([weighted(1, 1)], "0/targets/options/1/agent_key", "there is no agent 'a1'", id="agent of an option"),
        pytest.param([single("a", "get('$.x'")], "0/match", "cannot be read: column 10: expected", id="match"),
        pytest.param([single("a", "")], "0/match", "cannot be read: column 1: expected", id="empty match"),
        pytest.param([weighted(1, by="$.x")], "0/targets/partition_by", "cannot be read: column 1: '$.x'", id="partition"),
        pytest.param([weighted(0, 0)], "0/targets/options", "at least one weight must be above 0", id="no weight"),
    ],
)
def test_a_policy_that_cannot_be_used_names_the_field(rules, field, reason):
    fields = refusal(*rules, agents=("a", "b", "a0"))

    assert fields[f"/policy/rules/{field}"].startswith(reason)


def test_every_fault_of_a_policy_is_named_at_once():
    fields = refusal(single("x"), weighted(0, by="("), single("a", "="))

    assert sorted(fields) == [
        "/policy/rules/0/targets/agent_key",
        "/policy/rules/1",
        "/policy/rules/1/targets/options",
        "/policy/rules/1/targets/options/0/agent_key",
        "/policy/rules/1/targets/partition_by",
        "/policy/rules/2/match",
    ]


def test_an_alias_is_written_with_its_defaults_and_without_what_is_absent():
    policy = {"type": "routed", "rules": [single("a")]}

    assert an_alias(single("a")).as_json() == {
        "key": "l1",
        "name": "Alias",
        "policy": policy,
        "enabled": True,
        "metadata": {},
        "created_at": "2026-01-15T12:00:00.000Z",
    }


def test_a_patch_changes_what_it_names_and_never_the_policy():
    alias = an_alias(single("a"), description="old", metadata={"a": 1})

    changed = updated_alias(alias, {"name": "New", "metadata": {"b": 2}, "policy": {"type": "routed", "rules": []}}, NOON)

    assert (changed.name, changed.description, changed.metadata, changed.policy) == ("New", "old", {"b": 2}, alias.policy)
    assert changed.as_json()["updated_at"] == "2026-01-15T12:00:00.000Z"


def test_an_alias_leads_to_every_agent_that_a_rule_names():
    alias = an_alias(weighted(1, 0, match="true"), single("b"))

    assert [alias.policy.leads_to(key) for key in ("a0", "a1", "b", "c")] == [True, True, True, False]
