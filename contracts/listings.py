"""Listings that can be filtered, as the relations between filters see them: sessions, agents, documents, what a query finds."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from contracts.client import PAGE_LIMIT, Api, Json
from contracts.filters import Fields
from contracts.relations import Ids

MOST = 100


@dataclass(frozen=True, slots=True)
class Rows:
    """A listing at a path: the name of its rows, of their id, and of the parameter that filters them.

    `is_shared` says that others may change its rows meanwhile.
    """

    api: Api
    path: str
    name: str
    fields: Fields
    id: str = "key"
    parameter: str = "metadata_filter"
    is_shared: bool = False

    def select(self, expression: str | None) -> Ids:
        """Return the ids of all rows that a filter selects."""
        return frozenset(row for page in self._pages(self._filter(expression) | {"limit": MOST}) for row in page)

    def pages(self, expression: str, size: int) -> list[list[str]]:
        """Return the ids page by page; a page that is empty is the last one for a client (api-facts §3.7)."""
        return list(self._pages(self._filter(expression) | {"limit": size}))

    def asked(self, expression: str) -> httpx.Response:
        """Ask for a page, whatever the answer is."""
        return self.api.ask("GET", self.path, params=self._filter(expression))

    def _filter(self, expression: str | None) -> Json:
        return {} if expression is None else {self.parameter: expression}

    def _pages(self, parameters: Json) -> Iterator[list[str]]:
        more: Json = {}
        for _ in range(PAGE_LIMIT):
            page = self.api.call("GET", self.path, params=parameters | more, expect=200).json()
            rows = [str(row[self.id]) for row in page[self.name]]
            yield rows
            more = {"page_key": page["metadata"].get("page_key")}
            if not more["page_key"] or not rows:
                return
        raise AssertionError(f"GET {self.path} still gives a page_key after {PAGE_LIMIT} pages")


@dataclass(frozen=True, slots=True)
class Found:
    """What a query of a corpus finds: all its documents hold the words that are asked for."""

    api: Api
    corpus_key: str
    query: str
    fields: Fields
    is_shared: bool = False

    def select(self, expression: str | None) -> Ids:
        """Return the ids of the documents that are found."""
        answer = self.asked(expression)
        assert answer.status_code == httpx.codes.OK, f"{expression}: {answer.status_code} {answer.text}"  # noqa: S101 - a promise
        return frozenset(found["document_id"] for found in answer.json()["search_results"])

    def pages(self, expression: str, size: int) -> list[list[str]]:
        """Return the ids by ranks, `size` at a time."""
        ids = [found["document_id"] for found in self.asked(expression).json()["search_results"]]
        return [ids[at : at + size] for at in range(0, len(ids), size)]

    def asked(self, expression: str | None) -> httpx.Response:
        """Ask for all that is found, whatever the answer is."""
        search = {"limit": MOST} | ({} if expression is None else {"metadata_filter": expression})
        return self.api.ask("POST", f"/v2/corpora/{self.corpus_key}/query", json={"query": self.query, "search": search})
