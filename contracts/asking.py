"""What is sent to each operation to see who may do it: well-formed, effective, and harmless to all but objects of the run.

A caller who may not do it is sent the very request that would succeed for others. A caller who may do it changes objects of the
run, or takes away one that was made for that (`takes_away`), so that success can be told from every kind of refusal. An input is
the exception: nobody needs a turn to see that inputs are taken, so those who may give one interrupt an idle session (`mild`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from contracts.client import Json, message
from contracts.operations import Operation
from contracts.places import Names, Places
from contracts.world import name_for

Body = Callable[[Places, Names], Json]


@dataclass(frozen=True, slots=True)
class Ask:
    """What is sent: a body, another for those who are permitted, query parameters; `makes` is the path of what there is then."""

    body: Body | None = None
    mild: Body | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    makes: str = ""
    takes_away: bool = False

    def options(self, places: Places, names: Names, *, permitted: bool) -> Json:
        """Return what a request has besides its path. Raises UnavailableError where it needs what cannot be made."""
        body = self.mild if permitted and self.mild else self.body
        return {"params": dict(self.parameters)} | ({"json": body(places, names)} if body else {})


def ask_of(operation: Operation) -> Ask | None:
    """Return what to send to an operation; None for one that the table does not have. Reading needs nothing to be sent."""
    if operation.id in _ASKS:
        return _ASKS[operation.id]
    return Ask() if operation.method == "GET" else None


def _always(body: Json) -> Body:
    return lambda _places, _names: body


def _agent(places: Places, _: Names) -> Json:
    key = places.world.key("agent")
    return {"key": key, "name": name_for(key), **_AGENT}


def _whole_agent(_: Places, names: Names) -> Json:
    return {"key": names["agent_key"], "name": names["agent_key"], "description": "Replaced by the run.", **_AGENT}


_AGENT: Json = {
    "model": {"name": "gpt-4o"},
    "tool_configurations": {},
    "first_step_name": "conversation",
    "steps": {"conversation": {"instructions": [], "output_parser": {"type": "default"}}},
}


def _schedule(places: Places, _: Names) -> Json:
    said = [{"type": "text", "content": "Hello!"}]
    times = {"type": "interval", "interval": "PT24H"}
    return {"key": places.world.key("schedule"), "name": "Daily", "message": said, "schedule": times, "enabled": False}


def _session(places: Places, _: Names) -> Json:
    return {"key": places.world.key("session"), "name": "Contract session"}


def _policy(places: Places, _: Names) -> Json:
    agent_key = places.of_root("agent_key")["agent_key"]
    return {"policy": {"type": "routed", "rules": [{"targets": {"type": "single", "agent_key": agent_key}}]}}


def _alias(places: Places, names: Names) -> Json:
    key = places.world.key("alias")
    return {"key": key, "name": name_for(key), **_policy(places, names)}


def _document(places: Places, _: Names) -> Json:
    return {"type": "core", "id": places.world.key("document"), "document_parts": [{"text": "Never mind."}]}


def _tool(places: Places, _: Names) -> Json:
    return {"type": "client", "name": places.world.key("tool"), "description": "Asks the caller for a number."}


def _instruction(places: Places, _: Names) -> Json:
    return {"type": "initial", "name": places.world.key("instruction"), "template": "Be kind."}


def _client(places: Places, _: Names) -> Json:
    return {"type": "client_credentials", "name": places.world.key("client")}


def _grant(places: Places, _: Names) -> Json:
    client = {name: places.client[name] for name in ("client_id", "client_secret")}
    return client | {"grant_type": "client_credentials"}


_CHANGED: Json = {"description": "Changed by the run."}
_CHANGE = Ask(_always(_CHANGED))
_TAKES_AWAY = Ask(takes_away=True)
_INPUT = Ask(_always(message("Hello, who are you?")), mild=_always({"type": "interrupt"}))
_SECRETS = Ask(_always({"secrets": {"word": "a-secret-of-the-run"}}))

_ASKS: Mapping[str, Ask] = {
    "createAgent": Ask(_agent, makes="/v2/agents/{key}"),
    "replaceAgent": Ask(_whole_agent),
    "updateAgent": _CHANGE,
    "deleteAgent": _TAKES_AWAY,
    "updateAgentIdentity": Ask(_always({"mode": "manual", "api_roles": [], "corpus_roles": [], "agent_roles": []})),
    "replaceAgentSecrets": _SECRETS,
    "updateAgentSecrets": _SECRETS,
    "createAgentSchedule": Ask(_schedule),
    "updateAgentSchedule": _CHANGE,
    "deleteAgentSchedule": _TAKES_AWAY,
    "createAgentSession": Ask(_session),
    "updateAgentSession": _CHANGE,
    "deleteAgentSession": _TAKES_AWAY,
    "createAgentInput": _INPUT,
    "deleteAgentEvent": _TAKES_AWAY,
    "hideAgentEvent": Ask(),
    "unhideAgentEvent": Ask(),
    "createAgentAlias": Ask(_alias, makes="/v2/agent_aliases/{key}"),
    "updateAgentAlias": _CHANGE,
    "replaceAgentAliasPolicy": Ask(_policy),
    "deleteAgentAlias": _TAKES_AWAY,
    "createAliasRoutedSession": Ask(_session),
    "updateAliasRoutedSession": _CHANGE,
    "deleteAliasRoutedSession": _TAKES_AWAY,
    "createAliasRoutedInput": _INPUT,
    "deleteAliasRoutedEvent": _TAKES_AWAY,
    "hideAliasRoutedEvent": Ask(),
    "unhideAliasRoutedEvent": Ask(),
    "createCorpus": Ask(lambda places, _: {"key": places.world.key("corpus")}, makes="/v2/corpora/{key}"),
    "updateCorpus": _CHANGE,
    "deleteCorpus": _TAKES_AWAY,
    "createCorpusDocument": Ask(_document),
    "deleteCorpusDocument": _TAKES_AWAY,
    "searchCorpus": Ask(parameters={"query": "password"}),
    "queryCorpus": Ask(_always({"query": "password"})),
    "createTool": Ask(_tool, makes="/v2/tools/{id}"),
    "updateTool": Ask(_always({"type": "client", **_CHANGED})),
    "deleteTool": _TAKES_AWAY,
    "createInstruction": Ask(_instruction, makes="/v2/instructions/{id}"),
    "updateInstruction": Ask(_always({"type": "initial", **_CHANGED})),
    "deleteInstruction": _TAKES_AWAY,
    "testInstruction": Ask(_always({})),
    "deleteInstructionVersion": _TAKES_AWAY,
    "createApiKey": Ask(lambda places, _: {"name": places.world.key("key")}, makes="/v2/api_keys/{id}"),
    "updateApiKey": Ask(_always({"enabled": False})),
    "deleteApiKey": _TAKES_AWAY,
    "createAppClient": Ask(_client, makes="/v2/app_clients/{id}"),
    "updateAppClient": _CHANGE,
    "deleteAppClient": _TAKES_AWAY,
    "getOAuthToken": Ask(_grant),
    "getOAuth2Token": Ask(_grant),
}
