import pytest

from mockserver.domain.access import Principal, RequiredRoles, permits, visible_agents

REQUIRED = RequiredRoles(api=frozenset({"owner"}), agent=frozenset({"agent_user"}), corpus=frozenset({"editor"}))


def held(roles):
    return {key: frozenset(names) for key, names in roles.items()}


def who(*api, on_corpora=None, **agents):
    return Principal("someone", frozenset(api), agent_roles=held(agents), corpus_roles=held(on_corpora or {}))


@pytest.mark.parametrize(
    ("principal", "agent_key", "permitted"),
    [
        pytest.param(who("owner"), "a1", True, id="a role on the account"),
        pytest.param(who("viewer"), "a1", False, id="another role on the account"),
        pytest.param(who("agent_user"), "a1", False, id="an agent's role held on the account"),
        pytest.param(who(a1=["agent_user"]), "a1", True, id="a role on this agent"),
        pytest.param(who(a2=["agent_user"]), "a1", False, id="a role on another agent"),
        pytest.param(who(a2=["agent_user"]), None, True, id="a role on any agent where none is named"),
        pytest.param(who(a2=["other"]), None, False, id="another role where none is named"),
        pytest.param(who(), None, False, id="no role"),
    ],
)
def test_one_fitting_role_suffices(principal, agent_key, permitted):
    assert permits(REQUIRED, principal, agent_key=agent_key, corpus_key=None) is permitted


def test_a_role_on_the_account_sees_every_agent():
    assert visible_agents(REQUIRED, who("owner", a1=["other"])) is None


def test_a_role_on_agents_sees_only_these():
    assert visible_agents(REQUIRED, who(a1=["agent_user"], a2=["other"])) == {"a1"}


@pytest.mark.parametrize(
    ("principal", "permitted"),
    [
        pytest.param(who("owner"), True, id="a role on the account"),
        pytest.param(who("editor"), False, id="a corpus's role held on the account"),
        pytest.param(who(on_corpora={"c1": ["editor"]}), True, id="a role on this corpus"),
        pytest.param(who(on_corpora={"c1": ["viewer"]}), False, id="another role on this corpus"),
        pytest.param(who(on_corpora={"c2": ["editor"]}), False, id="a role on another corpus"),
        pytest.param(who(c1=["agent_user"]), False, id="a role on an agent of the same key"),
        pytest.param(who(), False, id="no role"),
    ],
)
def test_a_role_on_a_corpus_counts_on_this_corpus_alone(principal, permitted):
    assert permits(REQUIRED, principal, agent_key=None, corpus_key="c1") is permitted


def test_a_role_on_a_corpus_permits_nothing_where_no_corpus_is_named():
    principal = who(on_corpora={"c1": ["editor"]})

    assert permits(REQUIRED, principal, agent_key=None, corpus_key=None) is False
    assert permits(REQUIRED, principal, agent_key="c1", corpus_key=None) is False
