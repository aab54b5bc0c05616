import pytest

from mockserver.domain.access import Principal, RequiredRoles, permits, visible_agents

REQUIRED = RequiredRoles(api=frozenset({"owner"}), agent=frozenset({"agent_user"}))


def who(*api, **agents):
    return Principal("someone", frozenset(api), {key: frozenset(roles) for key, roles in agents.items()})


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
    assert permits(REQUIRED, principal, agent_key) is permitted


def test_a_role_on_the_account_sees_every_agent():
    assert visible_agents(REQUIRED, who("owner", a1=["other"])) is None


def test_a_role_on_agents_sees_only_these():
    assert visible_agents(REQUIRED, who(a1=["agent_user"], a2=["other"])) == {"a1"}
