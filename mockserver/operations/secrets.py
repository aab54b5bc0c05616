"""The operations on the secrets of an agent, which references reach as `agent.secrets.NAME` (api-facts §2.10)."""

from collections.abc import Mapping
from dataclasses import replace

from mockserver.domain.agents import Agent
from mockserver.operations.call import Call, Reply, Services
from mockserver.operations.find import agent_of, changed_agent


def get_agent_secrets(call: Call, services: Services) -> Reply:
    """Return the names of the secrets; the values are masked."""
    return _masked(agent_of(call, services))


def update_agent_secrets(call: Call, services: Services) -> Reply:
    """Add and replace secrets by name; null removes one."""
    given: Mapping[str, str | None] = call.body["secrets"]

    def change(agent: Agent) -> Agent:
        merged = {**agent.secrets, **given}
        return replace(agent, secrets={name: value for name, value in merged.items() if value is not None})

    return _masked(changed_agent(call, services, change))


def replace_agent_secrets(call: Call, services: Services) -> Reply:
    """Put these secrets in the place of all others."""
    return _masked(changed_agent(call, services, lambda agent: replace(agent, secrets=call.body["secrets"])))


def _masked(agent: Agent) -> Reply:
    return Reply(200, {"secrets": agent.masked_secrets})
