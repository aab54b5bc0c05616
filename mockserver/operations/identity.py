"""The operations on the service account of an agent (api-facts §2.10)."""

from dataclasses import replace

from mockserver.domain.access import Roles
from mockserver.domain.agents import Agent
from mockserver.domain.identity import changed_roles, needed_roles
from mockserver.operations.call import Call, Reply, Services
from mockserver.operations.credentials import refuse_roles_beyond
from mockserver.operations.find import agent_of, changed_agent


def get_agent_identity(call: Call, services: Services) -> Reply:
    """Return which roles the agent acts with."""
    return _written(agent_of(call, services), services)


def update_agent_identity(call: Call, services: Services) -> Reply:
    """Let the roles follow the tools (`auto`), or set them by hand (`manual`).

    Raises Refused SM391 for roles that the caller may not give; in the mode `auto` none are given.
    """

    def change(agent: Agent) -> Agent:
        roles = changed_roles(agent.roles, agent.config, call.body)
        if roles is not None:
            refuse_roles_beyond(call, roles, services, had=_roles_of(agent))
        return replace(agent, roles=roles)

    return _written(changed_agent(call, services, change), services)


def _written(agent: Agent, services: Services) -> Reply:
    client_id = services.ids.random_for("identity", agent.key).getrandbits(48)
    mode = "auto" if agent.roles is None else "manual"
    return Reply(200, {"mode": mode, "client_id": f"{client_id:012x}", **_roles_of(agent).as_json()})


def _roles_of(agent: Agent) -> Roles:
    return needed_roles(agent.config) if agent.roles is None else agent.roles
