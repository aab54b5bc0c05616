"""One plain function for each operation of the document, `(Call, Services) -> Reply`; `HANDLERS` is the table of them."""

from collections.abc import Mapping

from mockserver.operations import agents, artifacts, corpora, documents, events, inputs, instructions, sessions
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
    "listSessionArtifacts": artifacts.list_session_artifacts,
    "getSessionArtifact": artifacts.get_session_artifact,
    "createCorpus": corpora.create_corpus,
    "listCorpora": corpora.list_corpora,
    "getCorpus": corpora.get_corpus,
    "updateCorpus": corpora.update_corpus,
    "deleteCorpus": corpora.delete_corpus,
    "createCorpusDocument": documents.create_corpus_document,
    "listCorpusDocuments": documents.list_corpus_documents,
    "getCorpusDocument": documents.get_corpus_document,
    "deleteCorpusDocument": documents.delete_corpus_document,
    "queryCorpus": documents.query_corpus,
    "searchCorpus": documents.search_corpus,
    "createInstruction": instructions.create_instruction,
    "listInstructions": instructions.list_instructions,
    "getInstruction": instructions.get_instruction,
    "updateInstruction": instructions.update_instruction,
    "deleteInstruction": instructions.delete_instruction,
    "deleteInstructionVersion": instructions.delete_instruction_version,
    "testInstruction": instructions.test_instruction,
}
