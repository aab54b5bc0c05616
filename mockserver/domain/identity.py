"""The service account that an agent acts as, and the roles that it holds (api-facts §2.10)."""

from collections.abc import Iterator, Mapping

from mockserver.domain.access import Roles
from mockserver.domain.values import JsonObject


def needed_roles(config: JsonObject) -> Roles:
    """Return what the tools of an agent need, no more: to read each corpus that they name, to use each agent that they ask.

    A corpus that only a reference leads to is not known before a turn, so nothing is granted for it.
    """
    tools: Mapping[str, JsonObject] = config["tool_configurations"]
    corpora = dict.fromkeys(key for tool in tools.values() for key in _corpora(tool) if isinstance(key, str))
    agents = dict.fromkeys(tool["sub_agent_configuration"]["agent_key"] for tool in tools.values() if tool["type"] == "sub_agent")
    return Roles(
        api_roles=(),
        corpus_roles=tuple({"corpus_key": key, "role": "viewer"} for key in corpora),
        agent_roles=tuple({"agent_key": key, "role": "agent_user"} for key in agents),
    )


def _corpora(tool: JsonObject) -> Iterator[object]:
    """Return the corpora of a tool: keys, and references to keys."""
    if tool["type"] == "corpora_search":
        search = tool["query_configuration"].get("search", {})
        yield from (corpus["corpus_key"] for corpus in search.get("corpora", ()))
    elif tool["type"] == "get_document_text":
        yield tool.get("argument_override", {}).get("corpus_key")


def changed_roles(frozen: Roles | None, config: JsonObject, body: JsonObject) -> Roles | None:
    """Apply a valid PATCH to roles that are frozen, or to None where they follow the tools; return the same.

    Roles in the body count in the mode `manual` alone; going there without some kind of roles freezes those of that kind.
    """
    mode = body.get("mode", "auto" if frozen is None else "manual")
    if mode == "auto":
        return None
    now = frozen or needed_roles(config)
    return Roles(
        api_roles=tuple(body.get("api_roles", now.api_roles)),
        corpus_roles=tuple(body.get("corpus_roles", now.corpus_roles)),
        agent_roles=tuple(body.get("agent_roles", now.agent_roles)),
    )
