"""What a walk sends: bodies of operations that take no secret, texts that cannot be read, tools that get secrets in every way."""

from tests.arrange import document_body, search_tool
from tests.spec.samples import SAMPLES

POLICY = {"type": "routed", "rules": [{"targets": {"type": "single", "agent_key": "a1"}}]}
SAY = {"messages": [{"type": "text", "content": "Use planted 0 for https://www.example.com/ and planted 1."}]}
BODIES = {
    "createApiKey": {"name": "n", "api_roles": ["viewer"]},
    "createAppClient": {"type": "client_credentials", "name": "n"},
    "createAgentInput": SAY,
    "createAliasRoutedInput": SAY,
    "createAgentAlias": {"key": "l2", "name": "n", "policy": POLICY},
    "replaceAgentAliasPolicy": {"policy": POLICY},
    "createCorpus": {"key": "c2"},
    "updateCorpus": {"name": "n"},
    "createCorpusDocument": document_body("d2", "Otters swim."),
    "queryCorpus": {"query": "herons", "search": {}},
    "createTool": {"type": "client", "name": "other", "description": "d"},
    "updateTool": {"type": "client", "description": "e"},
    "updateAgentIdentity": {"mode": "auto"},
    "createAgentSchedule": {**SAMPLES["createAgentSchedule"][1], "key": "due"},
    "updateAgentSchedule": {"description": "e"},
}
QUERIES = {"searchCorpus": {"query": "herons"}}
TWISTED = {
    "createAgent": lambda secret: {
        "steps": {"a": {"next_steps": [{"step_name": "a", "condition": secret}]}},
        "first_step_name": "a",
    },
    "createAgentAlias": lambda secret: {"policy": {"type": "routed", "rules": [{"match": secret, **POLICY["rules"][0]}]}},
    "createAgentSchedule": lambda secret: {"schedule": {"type": "cron", "cron_expression": secret}},
    "createAgentSession": lambda secret: {"from_session": {"session_key": secret, "agent_key": secret}},
    "createAgentInput": lambda secret: {"messages": [{"type": "skill", "skill_name": secret}], "since": secret},
    "createAliasRoutedInput": lambda secret: {"type": "compact", "compact_up_to_event_id": secret},
    "queryCorpus": lambda secret: {"search": {"metadata_filter": secret}},
    "createCorpusDocument": lambda secret: {"type": secret},
    "createInstruction": lambda secret: {"template": f"#if({secret}"},
    "createTool": lambda secret: {"input_schema": {"type": secret, "pattern": secret, "$ref": secret}},
    "updateAgentIdentity": lambda secret: {"mode": "manual", "api_roles": [secret]},
}
"""What makes the body of an operation one that cannot be read or does not fit, by a text in a field that is no secret."""
SECRET, OF_AGENT = {"$ref": "session.secrets.planted"}, {"$ref": "agent.secrets.planted"}
TOOLS = {
    "get_location": {"type": "client", "tool_id": "tol_get_location", "argument_override": {"token": SECRET, "own": [OF_AGENT]}},
    "heron": {"type": "web_get", "argument_override": {"url": SECRET, "headers": {"X-Key": OF_AGENT}}},
    "otter": {"type": "web_get", "argument_override": {"url": "https://www.example.com/", "headers": {"$ref": "agent.secrets"}}},
    "badger": {"type": "lambda", "tool_id": "tol_b", "argument_override": {"key": SECRET, "deep": {"keys": [OF_AGENT]}}},
    "weasel": {"type": "artifact_grep", "argument_override": {"pattern": SECRET, "artifact_id": OF_AGENT}},
    "beaver": search_tool("c1", override={"query": SECRET}),
    "marmot": search_tool("c1", override={"metadata_filter": OF_AGENT}),
    "ferret": search_tool({"corpus_key": SECRET}),
    "walrus": {"type": "mcp", "argument_override": {"key": SECRET}, "input_transform": ".args.key | error"},
    "narwhal": {
        "type": "web_search",
        "argument_override": {"query": SECRET},
        "input_transform": "{query: .args.query, limit: .}",
    },
    "gibbon": {
        "type": "lambda",
        "argument_override": {"key": OF_AGENT},
        "input_transform": '{a: ("x" + .args.key), b: (.args.key | @base64)}',
    },
    "lemur": {
        "type": "sub_agent",
        "argument_override": {"message": SECRET},
        "sub_agent_configuration": {"agent_key": "support-agent"},
    },
    "possum": {
        "type": "sub_agent",
        "sub_agent_configuration": {"agent_key": "support-agent", "session_metadata": {"key": SECRET}},
    },
    "stoat": {"type": "artifact_read", "argument_override": {"artifact_id": SECRET}},
    "gopher": {"type": "image_read", "argument_override": {"artifact_id": OF_AGENT}},
    "dormouse": {"type": "document_conversion", "argument_override": {"artifact_id": SECRET}},
    "squirrel": {"type": "get_document_text", "argument_override": {"corpus_key": "c1", "document_id": SECRET}},
    "hedgehog": {"type": "dynamic_vectara", "argument_override": {"key": SECRET}, "output_transform": ".arguments | error"},
}
