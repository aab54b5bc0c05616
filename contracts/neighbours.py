"""Two sides of one account: each has an agent, a corpus, sessions and, where keys can be made, a user of its own.

They share one agent, and give their own objects the same keys wherever keys count by agent or corpus. What a side writes carries
its word: whoever reads the word of the other side reads what is not his.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import count

import httpx

from contracts.client import Api, Json, events_path, message, session_path
from contracts.world import RunWorld

LEFT, RIGHT = "left", "right"
DOCUMENT = "handbook"
_SHARED = 1
"""The number of a side's session with the agent that both share."""
_REACHED = 2
"""How many events of the other side somebody reaches for; the first ones are the least likely to be gone."""


class Side:
    """One side. It has two sessions: one with its own agent, one with the agent that both share."""

    def __init__(self, world: RunWorld, shared_agent: Json, name: str) -> None:
        self.name, self._world, self._numbers = name, world, count(1)
        self.word = f"canary{world.run_id}{name}"
        self.api, self.has_user = world.api, False
        self.corpus_key = world.key("corpus")
        world.api.call("POST", "/v2/corpora", json={"key": self.corpus_key}, expect=201)
        world.remove_at_the_end(f"/v2/corpora/{self.corpus_key}")
        search = {"type": "corpora_search", "query_configuration": {"search": {"corpora": [{"corpus_key": self.corpus_key}]}}}
        self.agent = world.agent(instructions=[f"Your house word is {self.word}."], tools={"search": search})
        self.sessions = [self._named(self.agent, "same"), self._named(shared_agent, name)]
        self._seen: list[tuple[str, str]] = []
        for which, session in enumerate(self.sessions):
            self._begin(session)
            self._upload(which)
        self._document()

    def act_as(self, user: Api) -> None:
        """Do everything as this user from now on."""
        self.api, self.has_user = user, True

    def forget(self) -> None:
        """Count nothing that was answered until now."""
        self._seen.clear()

    def told_of(self, other: "Side") -> list[str]:
        """Name the requests whose answers had the word of the other side."""
        return [asked for asked, answered in self._seen if other.word in answered]

    def look(self) -> Mapping[str, str]:
        """Read everything that the side has, lists included: what each path answers."""
        return {path: self._read(path, parameters) for path, parameters in self._places()}

    def _read(self, path: str, parameters: Json) -> str:
        """Return what a path answers; a document may be gone for a moment, when it is written anew."""
        gone = {404} if path.endswith(f"/{DOCUMENT}") else set[int]()
        answer = self.api.call("GET", path, params=parameters, expect={200, *gone})
        self._seen.append((f"GET {path}", answer.text))
        return answer.text if answer.is_success else ""

    def _places(self) -> Iterator[tuple[str, Json]]:
        agent, corpus = f"/v2/agents/{self.agent['key']}", f"/v2/corpora/{self.corpus_key}"
        yield "/v2/agents", {} if self.has_user else {"filter": self.agent["key"]}
        yield agent, {}
        yield f"{agent}/secrets", {}
        yield f"{agent}/sessions", {"limit": 100}
        shared = session_path(self.sessions[_SHARED]).rpartition("/")[0]
        yield shared, {"limit": 100, "metadata_filter": f"side = '{self.name}'"}
        yield f"{corpus}/documents", {"limit": 100}
        yield f"{corpus}/documents/{DOCUMENT}", {}
        for session in self.sessions:
            path = session_path(session)
            yield path, {}
            yield f"{path}/events", {"limit": 100, "include_hidden": "true"}
            yield f"{path}/outstanding_client_tool_calls", {}
            yield f"{path}/artifacts", {"limit": 100}
            for artifact in self._listed(f"{path}/artifacts", "artifacts"):
                yield f"{path}/artifacts/{artifact['artifact_id']}", {}

    @property
    def actions(self) -> Mapping[str, Callable[[int, "Side"], object]]:
        """What the side can do with one of its two sessions, beside the other side."""
        return {
            "say": lambda which, _: self._say(which, f"My secret word is {self._canary()}. Please remember it."),
            "recall": lambda which, _: self._say(which, "What did I ask you before?"),
            "search": lambda which, _: self._say(which, "Search the documents: what does the handbook say?"),
            "patch": lambda which, _: self._asked("PATCH", session_path(self.sessions[which]), json=self._fields()),
            "upload": lambda which, _: self._upload(which),
            "hide": lambda which, _: self._first_event(which, "POST", "/hide"),
            "delete event": lambda which, _: self._first_event(which, "DELETE", ""),
            "fork": lambda which, _: self._fork(which),
            "begin anew": lambda which, _: self._begin_anew(which),
            "write": lambda _which, _other: self._document(),
            "describe": lambda _which, _other: self._describe(),
            "interrupt": lambda which, _: self._asked("POST", self._events(which), json={"type": "interrupt"}),
            "reach over": self._reach_over,
        }

    def _canary(self) -> str:
        return f"{self.word}{next(self._numbers)}"

    def _fields(self) -> Json:
        word = self._canary()
        return {"name": f"Session {word}", "description": word, "metadata": {"side": self.name, "word": word}}

    def _named(self, agent: Json, ending: str) -> Json:
        """Name a session that is still to be made; with its own agent it has the key that the other side's has there."""
        return {"agent_key": agent["key"], "key": f"sc-{self._world.run_id}-{ending}"}

    def _begin(self, session: Json) -> None:
        self._asked("POST", session_path(session).rpartition("/")[0], json=self._fields() | {"key": session["key"]})

    def _begin_anew(self, which: int) -> None:
        self._asked("DELETE", session_path(self.sessions[which]))
        self._begin(self.sessions[which])

    def _events(self, which: int) -> str:
        return events_path(self.sessions[which])

    def _say(self, which: int, text: str) -> None:
        self._asked("POST", self._events(which), json=message(text))

    def _upload(self, which: int) -> None:
        """Send a file. Its contents come back as Base64, in which no word is found: its name has it too."""
        word = self._canary()
        file = {"files": (f"{word}.txt", word.encode(), "text/plain")}
        self._asked("POST", self._events(which), data={"message": f"Here is {word}."}, files=file)

    def _first_event(self, which: int, method: str, ending: str) -> None:
        for event in self._listed(self._events(which), "events")[:1]:
            self._asked(method, f"{self._events(which)}/{event['id']}{ending}")

    def _fork(self, which: int) -> None:
        origin = {"session_key": self.sessions[which]["key"]}
        body = self._fields() | {"key": self._world.key("fork"), "from_session": origin}
        self._asked("POST", session_path(self.sessions[which]).rpartition("/")[0], json=body)

    def _document(self) -> None:
        word, path = self._canary(), f"/v2/corpora/{self.corpus_key}/documents"
        part = {"text": f"The handbook says that the word of this house is {word}."}
        self._asked("DELETE", f"{path}/{DOCUMENT}")
        self._asked("POST", path, json={"type": "core", "id": DOCUMENT, "metadata": {"word": word}, "document_parts": [part]})

    def _describe(self) -> None:
        word, path = self._canary(), f"/v2/agents/{self.agent['key']}"
        self._asked("PATCH", path, json={"description": word, "metadata": {"word": word}})
        self._asked("PATCH", f"{path}/secrets", json={"secrets": {word: word}})

    def _reach_over(self, which: int, other: "Side") -> None:
        """Ask for what the other side has, by its names, at places of this side: there is nothing of that name there."""
        own, theirs = session_path(self.sessions[which]), other.sessions[which]
        agent = f"/v2/agents/{self.agent['key']}"
        for event in other._listed(events_path(theirs), "events")[:_REACHED]:  # noqa: SLF001 - of the same class
            for method, ending in (("GET", ""), ("POST", "/hide"), ("DELETE", "")):
                self._asked(method, f"{own}/events/{event['id']}{ending}")
        for artifact in other._listed(f"{session_path(theirs)}/artifacts", "artifacts")[:1]:  # noqa: SLF001 - of the same class
            self._asked("GET", f"{own}/artifacts/{artifact['artifact_id']}")
        strange = other.sessions[_SHARED]["key"]
        self._asked("GET", f"{agent}/sessions/{strange}")
        self._asked("PATCH", f"{agent}/sessions/{strange}", json=self._fields())
        self._asked("POST", f"{agent}/sessions", json={"key": self._world.key("fork"), "from_session": {"session_key": strange}})
        self._asked("DELETE", f"{agent}/sessions/{strange}")

    def _listed(self, path: str, name: str) -> list[Json]:
        answer = self.api.ask("GET", path, params={"limit": 100})
        rows: list[Json] = answer.json()[name] if answer.is_success else []
        return rows

    def _asked(self, method: str, path: str, **options: object) -> httpx.Response:
        answer = self.api.ask(method, path, **options)
        self._seen.append((f"{method} {path}", answer.text))
        return answer
