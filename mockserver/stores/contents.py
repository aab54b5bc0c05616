"""What a store is made with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mockserver.domain.access import Principal
from mockserver.domain.agents import Agent
from mockserver.domain.aliases import Alias
from mockserver.domain.corpora import Corpus, Document
from mockserver.domain.tools import Tool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a store is made with and goes back to: API keys, corpora with their documents, client tools, agents, aliases."""

    principals: Mapping[str, Principal]
    corpora: Sequence[tuple[Corpus, Sequence[Document]]] = ()
    tools: Sequence[Tool] = ()
    agents: Sequence[Agent] = ()
    aliases: Sequence[Alias] = ()
