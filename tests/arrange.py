import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from threading import Event as Signal
from typing import Any

from hypothesis import settings

from mockserver.app import create_app
from mockserver.domain.agents import Agent, config_of
from mockserver.domain.credentials import new_api_key
from mockserver.domain.events import AgentOutput, Event
from mockserver.domain.sessions import Session
from mockserver.runtime import FixedClock
from mockserver.settings import Settings
from mockserver.stores.contents import Contents

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
OWNER = {"x-api-key": "mock-owner"}
SEARCH = {
    "type": "corpora_search",
    "argument_override": {"metadata_filter": "doc.access_level = '${session.metadata.user_role}'"},
    "query_configuration": {"search": {"corpora": [{"corpus_key": "company-docs"}], "limit": 5}},
}


def examples(number):
    """Ask for this many examples in the profile "ci", and for more where the profile in use makes more."""
    return settings(max_examples=number * settings.default.max_examples // 100)


def agent_body(key="a1", *, template="Be kind.", tools=None, **more):
    return {
        "key": key,
        "name": f"Agent {key}",
        "model": {"name": "gpt-4o"},
        "tool_configurations": {} if tools is None else tools,
        "first_step_name": "talk",
        "steps": {"talk": {"instructions": [{"type": "inline", "name": "Rule", "template": template}]}},
        **more,
    }


def an_agent(key="a1", **more):
    body = agent_body(key, **more)
    return Agent(key=key, name=body["name"], enabled=True, config=config_of(body), created_at=NOON, updated_at=NOON)


def corpus_body(key="c1", **more):
    """A corpus whose documents have a level, a year and tags, and whose passages have a section."""
    attributes = [("level", "document", "text"), ("year", "document", "integer"), ("tags", "document", "list[text]")]
    declared = [*attributes, ("section", "part", "text")]
    return {"key": key, "filter_attributes": [dict(zip(("name", "level", "type"), row, strict=True)) for row in declared], **more}


def document_body(document_id, *texts, **metadata):
    """A document of these passages; the section of each is its number."""
    parts = [{"text": text, "metadata": {"section": str(number)}} for number, text in enumerate(texts)]
    return {"type": "core", "id": document_id, "metadata": metadata, "document_parts": parts}


def search_tool(*corpora, override=None, **search):
    """A corpora search over corpora given by key or as they are configured."""
    sources = [{"corpus_key": corpus} if isinstance(corpus, str) else corpus for corpus in corpora or ("company-docs",)]
    tool = {"type": "corpora_search", "query_configuration": {"search": {"corpora": sources, **search}}}
    return tool if override is None else {**tool, "argument_override": override}


def contents(*agents, **more):
    """What a store is made with: the owner's key, and these agents."""
    owner = new_api_key({"name": "owner", "api_roles": ["owner"]}, key_id="aky_1", secret="mock-owner", creator=None)  # noqa: S106
    return Contents(api_keys=[owner], agents=agents or [an_agent()], **more)


def a_session(key="s1", agent_key="a1", **more):
    fields = {"name": key, "created_at": NOON, "metadata": {}, "secrets": {}, "effective_compaction": {}, **more}
    return Session(key=key, agent_key=agent_key, **fields)


def an_event(number=1, session_key="s1", body=None):
    return Event(id=f"aev_{number}", session_key=session_key, created_at=NOON, body=body or AgentOutput(f"text {number}"))


class HaltingClock(FixedClock):
    """A clock that stands still from `halt_after` so many pauses on: then only what wakes a turn ends its pause."""

    pauses = None

    def halt_after(self, pauses):
        self.pauses, self.has_halted = pauses, Signal()

    def go_on(self):
        self.pauses = None

    def wait(self, condition, seconds):
        if self.pauses is not None:
            self.pauses -= 1
        if self.pauses is None or self.pauses > 0:
            super().wait(condition, seconds)
        else:
            self.has_halted.set()
            assert condition.wait(10)


@dataclass
class Api:
    """A client of one mock in process; every call is made with `key` and gives the response."""

    app: Any
    key: str = "mock-owner"
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method, path, body=None, **more):
        headers = {"x-api-key": self.key, **self.headers, **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        return self.app.test_client().open(path, method=method, headers=headers, **more)

    def get(self, path, **query):
        return self.call("GET", path, query_string=query)

    def agent(self, key="a1", **more):
        response = self.call("POST", "/v2/agents", agent_body(key, **more))
        assert response.status_code == 201, response.text
        return f"/v2/agents/{key}"

    def session(self, agent="/v2/agents/support-agent", **body):
        response = self.call("POST", f"{agent}/sessions", body)
        assert response.status_code == 201, response.text
        return f"{agent}/sessions/{response.json['key']}"

    def corpus(self, key="c1", *documents, **more):
        response = self.call("POST", "/v2/corpora", corpus_body(key, **more))
        assert response.status_code == 201, response.text
        for document in documents:
            self.document(f"/v2/corpora/{key}", document)
        return f"/v2/corpora/{key}"

    def document(self, corpus, body):
        response = self.call("POST", f"{corpus}/documents", body)
        assert response.status_code == 201, response.text
        return f"{corpus}/documents/{body['id']}"

    def query(self, corpus, text, **search):
        response = self.call("POST", f"{corpus}/query", {"query": text, "search": search})
        assert response.status_code == 200, response.text
        return response.json["search_results"]

    def instruction(self, template="Be kind.", name="Rule", **more):
        body = {"type": "initial", "name": name, "template": template, **more}
        response = self.call("POST", "/v2/instructions", body)
        assert response.status_code == 201, response.text
        return response.json["id"]

    def tool(self, name="get_place", description="Asks the browser.", **more):
        body = {"type": "client", "name": name, "description": description, **more}
        response = self.call("POST", "/v2/tools", body)
        assert response.status_code == 201, response.text
        return response.json["id"]

    def api_key(self, name="Key", **more):
        """Make an API key; return what is shown then, its secret among it."""
        response = self.call("POST", "/v2/api_keys", {"name": name, **more})
        assert response.status_code == 201, response.text
        return response.json

    def app_client(self, name="Client", **more):
        """Make an app client; return what is shown then, its secret among it."""
        response = self.call("POST", "/v2/app_clients", {"type": "client_credentials", "name": name, **more})
        assert response.status_code == 201, response.text
        return response.json

    def token(self, client, path="/oauth/token", **more):
        """Ask for a token of an app client, as a form."""
        fields = {name: client[name] for name in ("client_id", "client_secret")}
        return self.app.test_client().post(path, data={**fields, "grant_type": "client_credentials", **more})

    def as_(self, key):
        """Return the same mock for another key."""
        return Api(self.app, key, self.headers)

    def context(self, session):
        """Ask what the model was told in the latest turn of a session."""
        agent, _, key = session.removeprefix("/v2/agents/").split("/")
        return self.get(f"/__admin/sessions/{agent}/{key}/context")

    def say(self, session, text="I forgot my password. Can you help?", *, headers=None, **more):
        body = {"messages": [{"type": "text", "content": text}], **more}
        return self.call("POST", f"{session}/events", body, headers=headers or {})

    def turn(self, session, text="I forgot my password. Can you help?", **more):
        response = self.say(session, text, **more)
        assert response.status_code == 201, response.text
        return response.json["events"]

    def open_stream(self, session, text="I forgot my password. Can you help?", **more):
        body = {"messages": [{"type": "text", "content": text}], "stream_response": True, **more}
        return self.call("POST", f"{session}/events", body, buffered=False)

    def events(self, session, **query):
        return self.get(f"{session}/events", limit=100, **query).json["events"]

    def state(self):
        return self.get("/__admin/state").json

    def reset(self):
        self.call("POST", "/__admin/reset")


@lru_cache(maxsize=1)
def shared_api():
    """Give one mock for all examples of a property; each example starts with `reset`."""
    return Api(create_app(Settings(), clock=FixedClock(NOON)))


def frames(raw):
    """Read server-sent events: the decoded data of each, in order."""
    text = raw if isinstance(raw, str) else raw.decode()
    return [json.loads(block.split("\ndata: ", 1)[1]) for block in text.split("\n\n") if block]


def of_type(events, kind):
    return [event for event in events if event["type"] == kind]


def answer(events):
    return of_type(events, "agent_output")[-1]["content"]


def assert_refused(response, status, code, **fields):
    """Hold a refusal to the shape of every error: messages, request id, code; and its fields where they are given."""
    assert response.status_code == status, response.text
    assert response.headers["X-Mock-Code"] == code
    assert response.json["request_id"] == response.headers["X-Request-Id"]
    assert response.json["messages"]
    assert all(response.json["messages"])
    for name, text in fields.items():
        assert response.json[name] == text
