"""Aliases for tests: their rules, and how one is made."""

ALIASES = "/v2/agent_aliases"
AGENT = "/v2/agents/support-agent"
SAY = {"type": "input_message", "messages": [{"type": "text", "content": "Hello there!"}]}


def single(agent_key, match=None):
    return {**({} if match is None else {"match": match}), "targets": {"type": "single", "agent_key": agent_key}}


def weighted(*options, by="get('$.session.metadata.user')"):
    rows = [{"agent_key": agent_key, "weight": weight} for agent_key, weight in options]
    return {"targets": {"type": "weighted", "partition_by": by, "options": rows}}


def policy(*rules):
    return {"type": "routed", "rules": list(rules)}


def make(api, *rules, key="l1", **more):
    """Create an alias; its first rule leads to the support agent where none is given."""
    body = {"key": key, "name": f"Alias {key}", "policy": policy(*(rules or [single("support-agent")])), **more}
    response = api.call("POST", ALIASES, body)
    assert response.status_code == 201, response.text
    return f"{ALIASES}/{key}"


def keys(response, name="aliases"):
    return [row["key"] for row in response.json[name]]


def filled(template, alias):
    return template.format(alias_key=alias, session_key="s1", event_id="aev_1", artifact_id="art_1")
