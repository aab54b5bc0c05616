"""One plain function for each operation of the document, `(Call, Services) -> Reply`; `HANDLERS` is the table of them."""

from collections.abc import Mapping

from mockserver.operations import agents, events, inputs, sessions
from mockserver.operations.call import Handler

HANDLERS: Mapping[str, Handler] = {
    "createAgent": agents.create_agent,
    "listAgents": agents.list_agents,
    "getAgent": agents.get_agent,
    "updateAgent": agents.update_agent,
    "replaceAgent": agents.replace_agent,
    "deleteAgent": agents.delete_agent,
    "createAgentSession": sessions.create_agent_session,
    "listAgentSessions": sessions.list_agent_sessions,
    "getAgentSession": sessions.get_agent_session,
    "updateAgentSession": sessions.update_agent_session,
    "deleteAgentSession": sessions.delete_agent_session,
    "createAgentInput": inputs.create_agent_input,
    "listAgentEvents": events.list_agent_events,
    "getAgentEvent": events.get_agent_event,
    "deleteAgentEvent": events.delete_agent_event,
    "hideAgentEvent": events.hide_agent_event,
    "unhideAgentEvent": events.unhide_agent_event,
}
