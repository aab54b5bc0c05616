"""Servers whose listings are not what is there."""

from itertools import chain
from typing import Any

from mockserver.stores.memory import MemoryStore
from tests.contracts.sabotage.making import Wsgi, json_answers, on


def lists_agents_by_their_keys() -> Wsgi:
    def change(method: str, path: str, status: int, body: Any) -> Any:
        if (method, path, status) != ("GET", "/v2/agents", 200):
            return body
        return {**body, "agents": [{**agent, "name": agent["key"]} for agent in body["agents"]]}

    return json_answers(change)


def begins_a_page_of_agents_with_the_last_row_of_the_one_before() -> Wsgi:
    class Store(MemoryStore):
        def agents(self, after):
            before = [agent for agent in MemoryStore.agents(self, None) if agent.sequence == after]
            return chain(before, super().agents(after))

    return on(Store)


def reads_no_corpus_that_it_lists() -> Wsgi:
    class Store(MemoryStore):
        def corpus(self, key):
            return None if key == "company-docs" else super().corpus(key)

    return on(Store)
