"""What a store is made with."""

from collections.abc import Sequence
from dataclasses import dataclass

from mockserver.domain.agents import Agent
from mockserver.domain.aliases import Alias
from mockserver.domain.corpora import Corpus, Document
from mockserver.domain.credentials import ApiKey, AppClient
from mockserver.domain.tools import Tool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a store is made with and goes back to: credentials, corpora with their documents, client tools, agents, aliases."""

    api_keys: Sequence[ApiKey] = ()
    app_clients: Sequence[AppClient] = ()
    corpora: Sequence[tuple[Corpus, Sequence[Document]]] = ()
    tools: Sequence[Tool] = ()
    agents: Sequence[Agent] = ()
    aliases: Sequence[Alias] = ()
