"""What one tenant observes is what it would observe if the other did not exist: statuses, headers and bodies, byte for byte.

The same holds for two tests of one tenant (`X-Test-Id`), and for a tenant's own world beside that of a test.
"""

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mockserver.app import create_app
from mockserver.runtime import FixedClock
from mockserver.settings import Settings
from tests.arrange import NOON, SEARCH, Api, agent_body, corpus_body, document_body, examples

NAMES = ("red", "blue", "a' OR 'x' = 'x")
TEXTS = ("Hello!", "I forgot my password.", "What did I ask you before?", "Ask colleague: how is a password reset?")
AGENT = "/v2/agents/a1"

name = st.sampled_from(NAMES)
number = st.integers(0, 2)
write = st.one_of(
    st.tuples(st.just("session"), number, name),
    st.tuples(st.just("unnamed_session"), name),
    st.tuples(st.just("patch"), number, name),
    st.tuples(st.just("say"), number, st.sampled_from(TEXTS), st.booleans()),
    st.tuples(st.just("begin_to_read"), number),
    st.tuples(st.just("fork"), number, number),
    st.tuples(st.just("delete_session"), number),
    st.tuples(st.just("agent"), number),
    st.tuples(st.just("delete_agent"), number),
    st.tuples(st.just("corpus"), number),
    st.tuples(st.just("document"), number, name),
    st.tuples(st.just("document"), number, st.just(NAMES[0])),
    st.tuples(st.just("document"), number, st.just(NAMES[0])),
    st.tuples(st.just("instruction"), name),
    st.tuples(st.just("tool"), number),
    st.tuples(st.just("alias"), number),
    st.tuples(st.just("alias_session"), number),
    st.tuples(st.just("schedule"), number),
    st.tuples(st.just("api_key"), number),
    st.tuples(st.just("disable_api_key"), number),
    st.tuples(st.just("app_client"), number),
    st.tuples(st.just("nonsense"), number),
)
LISTS = [
    "/v2/agents",
    "/v2/corpora",
    "/v2/instructions",
    "/v2/tools",
    "/v2/agent_aliases",
    "/v2/corpora/c0/documents",
    "/v2/api_keys",
    "/v2/app_clients",
]
read = st.one_of(
    st.tuples(st.just("get"), st.sampled_from(["", "/events", "/artifacts", "/outstanding_client_tool_calls"]), number),
    st.tuples(st.just("list_sessions"), name, st.integers(1, 3)),
    st.tuples(
        st.just("look"), st.sampled_from(["/v2/agents", "/v2/corpora", "/v2/instructions", "/v2/tools", "/v2/agent_aliases"])
    ),
    st.tuples(st.just("look"), st.sampled_from([f"{AGENT}/schedules", f"{AGENT}/sessions", "/v2/corpora/c0/documents"])),
    st.tuples(st.just("query"), number, name),
)
step = st.tuples(st.booleans(), st.one_of(write, write, read))
programs = st.lists(step, min_size=4, max_size=14)


def escaped(name):
    return name.replace("'", "''")


@dataclass
class Client:
    """One tenant, or one test: does what a program says, and keeps what it observes."""

    api: Api
    observed: list[Any] = field(default_factory=list)

    def do(self, action):
        getattr(self, action[0])(*action[1:])

    def note(self, response):
        self.observed.append((response.status_code, sorted(response.headers), response.data))

    def call(self, method, path, body=None, **more):
        self.note(self.api.call(method, path, body, **more))

    def look_around(self):
        """Look at everything that there may be."""
        for path in (*LISTS, f"{AGENT}/schedules", f"{AGENT}/sessions"):
            self.look(path)
        for number in range(3):
            self.get("/events", number)
            self.query(number, NAMES[number])

    def path(self, number):
        return f"{AGENT}/sessions/s{number}"

    def session(self, number, name):
        self.call("POST", f"{AGENT}/sessions", {"key": f"s{number}", "name": name, "metadata": {"user_role": name}})

    def unnamed_session(self, name):
        self.call("POST", f"{AGENT}/sessions", {"metadata": {"user_role": name}})

    def patch(self, number, name):
        self.call("PATCH", self.path(number), {"name": name, "metadata": {"user_role": name}, "secrets": {"s": name}})

    def say(self, number, text, streams):
        body = {"messages": [{"type": "text", "content": text}], "stream_response": streams}
        self.call("POST", f"{self.path(number)}/events", body)

    def begin_to_read(self, number):
        body = {"messages": [{"type": "text", "content": "Hello!"}], "stream_response": True}
        response = self.api.call("POST", f"{self.path(number)}/events", body, buffered=False)
        begun = next(iter(response.response))
        self.observed.append((response.status_code, begun))
        response.close()

    def fork(self, number, source):
        self.call("POST", f"{AGENT}/sessions", {"key": f"s{number}", "from_session": {"session_key": f"s{source}"}})

    def delete_session(self, number):
        self.call("DELETE", self.path(number))

    def agent(self, number):
        self.call("POST", "/v2/agents", agent_body(f"b{number}", tools={"search": SEARCH}))

    def delete_agent(self, number):
        self.call("DELETE", f"/v2/agents/b{number}")

    def corpus(self, number):
        self.call("POST", "/v2/corpora", corpus_body(f"c{number}"))

    def document(self, number, name):
        self.call("POST", "/v2/corpora/c0/documents", document_body(f"d{number}", f"The password is {name}.", level=name))

    def instruction(self, name):
        self.call("POST", "/v2/instructions", {"type": "initial", "name": name, "template": f"Be {name}."})

    def tool(self, number):
        self.call("POST", "/v2/tools", {"type": "client", "name": f"t{number}", "description": "Does it."})

    def alias(self, number):
        rules = [{"targets": {"type": "single", "agent_key": "a1"}}]
        body = {"key": f"l{number}", "name": "L", "policy": {"type": "routed", "rules": rules}}
        self.call("POST", "/v2/agent_aliases", body)

    def alias_session(self, number):
        self.call("POST", f"/v2/agent_aliases/l{number}/sessions", {})

    def schedule(self, number):
        message = [{"type": "text", "content": "Hello!"}]
        body = {"key": f"h{number}", "name": "H", "message": message, "schedule": {"type": "interval", "interval": "PT1H"}}
        self.call("POST", f"{AGENT}/schedules", body)

    def api_key(self, number):
        """Make a key and come in with it."""
        self.call("POST", "/v2/api_keys", {"name": f"k{number}", "api_roles": ["viewer"]})
        self.note(self.api.as_(json.loads(self.observed[-1][2])["secret_key"]).get("/v2/agents"))

    def disable_api_key(self, number):
        made = self.api.get("/v2/api_keys").json["api_keys"][:-1]  # the last one is that of the tenant itself
        key_id = made[number]["id"] if number < len(made) else "aky_nobody"
        self.call("PATCH", f"/v2/api_keys/{key_id}", {"enabled": False})

    def app_client(self, number):
        self.call("POST", "/v2/app_clients", {"type": "client_credentials", "name": f"p{number}"})

    def nonsense(self, number):
        self.call("POST", f"{AGENT}/sessions", {"key": number, "metadata": "none"})

    def get(self, part, number):
        self.call("GET", f"{self.path(number)}{part}")

    def list_sessions(self, name, limit):
        found = self.api.get(
            f"{AGENT}/sessions", limit=limit, metadata_filter=f"user_role = '{name.replace(chr(39), chr(39) * 2)}'"
        )
        self.note(found)
        if page_key := (found.json.get("metadata") or {}).get("page_key"):
            self.note(self.api.get(f"{AGENT}/sessions", limit=limit, page_key=page_key))

    def look(self, path):
        self.call("GET", path)

    def query(self, number, name):
        search = {"metadata_filter": f"doc.level = '{escaped(name)}'"}
        self.call("POST", f"/v2/corpora/c{number}/query", {"query": "password", "search": search})


@lru_cache(maxsize=2)
def mock(folder, *tenants):
    """Give one mock for all programs, with a world for each of these tenants."""
    files = []
    for tenant in tenants:
        world = {
            "tenant": tenant,
            "api_keys": [{"key": f"{tenant}-owner", "name": "owner", "api_roles": ["owner"]}],
            "corpora": [{**corpus_body("c0"), "documents": [document_body("d9", "How a password is reset.", level="red")]}],
            "agents": [agent_body("a1", tools={"search": SEARCH})],
        }
        files.append(folder / f"{tenant}.yaml")
        files[-1].write_text(yaml.safe_dump(world), "utf-8")
    return create_app(Settings(world=",".join(map(str, files))), clock=FixedClock(NOON))


PAIRS = {
    "two tenants": ({"key": "a-owner"}, {"key": "b-owner"}),
    "two tests": ({"key": "b-owner", "headers": {"X-Test-Id": "one"}}, {"key": "b-owner", "headers": {"X-Test-Id": "two"}}),
    "a test beside its tenant": ({"key": "b-owner", "headers": {"X-Test-Id": "one"}}, {"key": "b-owner"}),
    "a tenant beside a test": ({"key": "b-owner"}, {"key": "b-owner", "headers": {"X-Test-Id": "one"}}),
    "tests of the same name": (
        {"key": "a-owner", "headers": {"X-Test-Id": "one"}},
        {"key": "b-owner", "headers": {"X-Test-Id": "one"}},
    ),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_what_one_observes_does_not_depend_on_the_other(pair, tmp_path_factory):
    folder = tmp_path_factory.mktemp("worlds")
    both, alone = mock(folder, "a", "b"), mock(folder, "b")
    other, own = PAIRS[pair]

    @examples(120)
    @given(programs)
    def law(program):
        for app in (both, alone):
            Api(app).reset()
        beside, observer, lonely = Client(Api(both, **other)), Client(Api(both, **own)), Client(Api(alone, **own))
        for is_others, action in program:
            (beside if is_others else observer).do(action)
        beside.look_around()
        observer.look_around()
        for is_others, action in program:
            if not is_others:
                lonely.do(action)
        lonely.look_around()

        assert observer.observed == lonely.observed

    law()
