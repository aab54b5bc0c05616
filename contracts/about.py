"""What each promise is about: the operations of the document that its check looks at, and the suite that holds the check."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from contracts.operations import Operation, operations

_SUITES = Path(__file__).parent / "suites"
_SESSIONS, _SESSION = "listAgentSessions", "getAgentSession"
_TURN, _EVENTS = "createAgentInput", "listAgentEvents"

_ABOUT: Mapping[str, tuple[str, ...]] = {
    "SC105": (_TURN, "createAliasRoutedInput"),
    "SC106": (_TURN, "createAliasRoutedInput"),
    "SC108": (_EVENTS,),
    "SC2": ("createAgentSession", _SESSION),
    "SC202": ("createAgentSession", _SESSIONS),
    "SC203": ("createAgentSession",),
    "SC204": ("updateAgentSession",),
    "SC205": ("deleteAgentSession", _SESSION, _SESSIONS),
    "SC206": (_SESSIONS,),
    "SC207": (_SESSION, "getAgent", "getAgentEvent"),
    "SC208": (_SESSION, "updateAgentSession"),
    "SC209": (_SESSIONS,),
    "SC210": (_SESSIONS,),
    "SC211": ("createAliasRoutedSession", "replaceAgentAliasPolicy"),
    "SC212": ("getAliasRoutedSession", "listAliasRoutedSessions"),
    "SC213": ("getSessionArtifact", "listSessionArtifacts"),
    "SC214": ("getSessionArtifact", "listSessionArtifacts"),
    "SC216": (_SESSIONS, "createAgentSession", "updateAgentSession", "deleteAgentSession"),
    "SC217": (_EVENTS, "hideAgentEvent", "unhideAgentEvent", "deleteAgentEvent", "createAgentSession"),
    "SC218": ("createAgentSession", _SESSION, _SESSIONS, _EVENTS),
    "SC219": (),
    "SC22": (_SESSIONS,),
    "SC224": ("queryCorpus",),
    "SC225": (_SESSIONS, "queryCorpus"),
    "SC226": ("listAgents", "getAgent", _SESSIONS, _SESSION),
    "SC3": (_TURN,),
    "SC301": (_EVENTS, "getAgentEvent", "deleteAgentEvent"),
    "SC303": (_TURN, _EVENTS),
    "SC304": ("hideAgentEvent", "unhideAgentEvent", "deleteAgentEvent", _EVENTS),
    "SC306": ("createAgentSession", _EVENTS),
    "SC312": (_TURN, _EVENTS),
    "SC313": (_TURN, "listOutstandingClientToolCalls"),
    "SC318": (_TURN, _SESSION),
    "SC4": (_TURN,),
    "SC5": (_TURN,),
    "SC507": ("testInstruction",),
    "SC508": ("testInstruction", _TURN),
    "SC509": ("createInstruction", "createAgent", _TURN),
    "SC510": ("updateInstruction", _TURN),
    "SC511": ("updateInstruction", "testInstruction"),
    "SC60": (_TURN,),
    "SC605": (_TURN, "queryCorpus"),
    "SC606": ("createAgentSession", "updateAgentSession", _SESSION, _SESSIONS, _EVENTS),
    "SC607": ("replaceAgentSecrets", "updateAgentSecrets", "getAgentSecrets", "getAgent", _EVENTS),
    "SC608": (_TURN, "listOutstandingClientToolCalls", _EVENTS),
    "SC609": ("createApiKey", "createAppClient", "getApiKey", "getAppClient"),
    "SC702": ("updateAgentSession", "deleteAgentSession", _EVENTS),
    "SC706": ("listAgents",),
    "SC707": ("listApiKeys", "getApiKey", "updateApiKey", "deleteApiKey"),
    "SC708": ("createApiKey", "updateApiKey"),
    "SC801": ("createAgentSession", "updateAgentSession", _TURN),
    "SC804": (_TURN,),
    "SC805": ("createAgentSession", _SESSIONS, _TURN),
    "SC9": ("updateAgentSession", "createAgentSession", "deleteAgentSession", _SESSION),
    "SC902": ("createAgentSession", _SESSIONS),
    "SC903": ("updateAgentSession", _SESSION, _SESSIONS),
    "SC904": ("hideAgentEvent", "unhideAgentEvent", "deleteAgentEvent", _EVENTS),
    "SC905": (_SESSIONS, "createAgentSession", "deleteAgentSession"),
}
"""Operations by codes or their beginnings: the longest that fits counts; without any a promise is about all operations."""


def operations_of(code: str) -> tuple[Operation, ...]:
    """Return the operations that a promise is about, the foremost first; nothing where it is about all of them."""
    beginning = max((known for known in _ABOUT if code.startswith(known)), key=len, default="")
    by_id = {operation.id: operation for operation in operations()}
    return tuple(by_id[name] for name in _ABOUT.get(beginning, ()))


@cache
def checks() -> Mapping[str, tuple[tuple[str, ...], str]]:
    """Return codes and suite of each check by its name: what `@keeps(CODE, …)` stands on in `suites/`."""
    found = {}
    for file in sorted(_SUITES.glob("test_*.py")):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and (
                codes := tuple(code for one in node.decorator_list for code in _codes(one))
            ):
                found[node.name] = (codes, file.name)
    return found


def _codes(decorator: ast.expr) -> Iterator[str]:
    match decorator:
        case ast.Call(func=ast.Name(id="keeps"), args=codes):
            yield from (str(code.value) for code in codes if isinstance(code, ast.Constant))
        case _:
            return
