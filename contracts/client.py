"""The API as the suites use it: one method for each thing to do, with failures that can be reproduced by curl."""

import json
import shlex
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

import httpx

from contracts.sse import Frame, frames

Json = dict[str, Any]
PAGE_LIMIT = 1000
_KEPT_BY_SESSIONS = ("/v2/agents/", "/v2/agent_aliases/")


class Stream:
    """An answer that comes as a stream, read as far as asked; `seen` are the frames so far. Closing it leaves the turn alone."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.seen: list[Frame] = []
        self._coming = frames(response.iter_bytes())

    @property
    def data(self) -> list[Json]:
        """What the frames so far say."""
        return [frame.data for frame in self.seen]

    def until(self, name: str) -> None:
        """Read up to the first frame of this type, or to the end where none comes. Raises StreamFault."""
        for frame in self._coming:
            self.seen.append(frame)
            if frame.data["type"] == name:
                return

    def rest(self) -> list[Json]:
        """Read to the end and return what all frames say. Raises StreamFault."""
        self.seen.extend(self._coming)
        return self.data

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.response.close()


class Api:
    """Calls operations as one principal. Every call says which statuses it expects and fails with the request otherwise."""

    def __init__(self, http: httpx.Client, api_key: str | None, *, headers: Mapping[str, str] | None = None) -> None:
        self._http = http
        self._headers = {**({} if api_key is None else {"x-api-key": api_key}), **(headers or {})}

    def as_(self, api_key: str | None) -> "Api":
        """Return the same API for another principal, None for nobody."""
        return Api(self._http, api_key)

    def bearing(self, headers: Mapping[str, str]) -> "Api":
        """Return the same API for whoever these headers name."""
        return Api(self._http, None, headers=headers)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Make a request, whatever the answer is."""
        headers = self._headers | options.pop("headers", {})
        return self._http.send(self._http.build_request(method, path, headers=headers, **options))

    def call(self, method: str, path: str, *, expect: int | set[int], **options: Any) -> httpx.Response:
        """Make a request; AssertionError where the status is not an expected one."""
        response = self.ask(method, path, **options)
        request = response.request
        expected = {expect} if isinstance(expect, int) else expect
        assert response.status_code in expected, _unexpected(request, response, expected)  # noqa: S101 - a promise
        return response

    def create_agent(self, **fields: Any) -> Json:
        """Create an agent and return it."""
        return _object(self.call("POST", "/v2/agents", json=fields, expect=201))

    def create_session(self, agent_key: str, **fields: Any) -> Json:
        """Create a session and return it."""
        return _object(self.call("POST", f"/v2/agents/{agent_key}/sessions", json=fields, expect=201))

    def session(self, agent_key: str, key: str) -> Json:
        """Read a session."""
        return _object(self.call("GET", f"/v2/agents/{agent_key}/sessions/{key}", expect=200))

    def update_session(self, agent_key: str, key: str, **fields: Any) -> Json:
        """Change a session and return it."""
        return _object(self.call("PATCH", f"/v2/agents/{agent_key}/sessions/{key}", json=fields, expect=200))

    def sessions(self, agent_key: str, **parameters: Any) -> list[Json]:
        """List the sessions of an agent, all pages joined."""
        return list(self._pages(f"/v2/agents/{agent_key}/sessions", "sessions", parameters))

    def agents(self, **parameters: Any) -> list[Json]:
        """List the agents that the caller may see, all pages joined."""
        return list(self._pages("/v2/agents", "agents", parameters))

    def api_keys(self) -> list[Json]:
        """List the API keys that the caller may see, all pages joined."""
        return list(self._pages("/v2/api_keys", "api_keys", {"limit": 100}))

    def routed_sessions(self, alias_key: str) -> list[Json]:
        """List the sessions that came through an alias, all pages joined."""
        return list(self._pages(f"/v2/agent_aliases/{alias_key}/sessions", "sessions", {}))

    def remove(self, path: str) -> bool:
        """Remove an object and say whether it was there.

        An alias, and on some deployments an agent (api-facts §9.40), is kept by its sessions: then these go first.
        """
        gone: set[int] = {httpx.codes.NO_CONTENT, httpx.codes.NOT_FOUND}
        kept: set[int] = {httpx.codes.BAD_REQUEST, httpx.codes.CONFLICT} if path.startswith(_KEPT_BY_SESSIONS) else set()
        answer = self.call("DELETE", path, expect=gone | kept)
        if answer.status_code in kept:
            for session in self._pages(f"{path}/sessions", "sessions", {}):
                self.call("DELETE", session_path(session), expect=gone)
            answer = self.call("DELETE", path, expect=gone)
        return answer.status_code == httpx.codes.NO_CONTENT

    def events(self, session: Json, **parameters: Any) -> list[Json]:
        """List the events of a session, all pages joined."""
        return list(self._pages(events_path(session), "events", parameters))

    def artifacts(self, session: Json) -> list[Json]:
        """List the files of a session, all pages joined."""
        return list(self._pages(f"{session_path(session)}/artifacts", "artifacts", {}))

    def waiting_calls(self, session: Json) -> list[Json]:
        """List the calls of client tools that a session waits for."""
        answer = self.call("GET", f"{session_path(session)}/outstanding_client_tool_calls", expect=200)
        calls: list[Json] = _object(answer)["client_tool_calls"]
        return calls

    def say(self, session: Json, text: str) -> list[Json]:
        """Send a message and return the events of the turn."""
        return self.give(session, message(text))

    def give(self, session: Json, given: Json) -> list[Json]:
        """Give a session an input of any kind and return the events of the answer."""
        events: list[Json] = _object(self.call("POST", events_path(session), json=given, expect=201))["events"]
        return events

    def stream(self, session: Json, text: str) -> tuple[httpx.Response, list[Frame]]:
        """Send a message, read the stream to its end; the response and its frames."""
        with self.open(session, message(text)) as stream:
            stream.rest()
            return stream.response, stream.seen

    def open(self, session: Json, given: Json, *, headers: Mapping[str, str] | None = None) -> Stream:
        """Give a session an input and return the answer as a stream that is still to be read."""
        body = given | {"stream_response": True}
        request = self._http.build_request("POST", events_path(session), headers=self._headers | dict(headers or {}), json=body)
        response = self._http.send(request, stream=True)
        if response.status_code != httpx.codes.CREATED:
            response.read()
            raise AssertionError(_unexpected(request, response, {201}))
        return Stream(response)

    def listed(self, path: str, **parameters: Any) -> list[Json]:
        """List what there is at a path, whatever it is called, all pages joined."""
        (name,) = (name for name, value in _object(self.call("GET", path, expect=200)).items() if isinstance(value, list))
        return list(self._pages(path, name, parameters))

    def pages(self, path: str, name: str, parameters: Json) -> Iterator[list[Json]]:
        """Read a listing page by page, each when it is asked for; a page that is empty is the last one (api-facts §3.7)."""
        page_key: str | None = None
        for _ in range(PAGE_LIMIT):
            page = _object(self.call("GET", path, params=parameters | ({"page_key": page_key} if page_key else {}), expect=200))
            yield page[name]
            page_key = page["metadata"].get("page_key")
            if not page_key or not page[name]:
                return
        raise AssertionError(f"GET {path} still gives a page_key after {PAGE_LIMIT} pages")

    def _pages(self, path: str, name: str, parameters: Json) -> Iterator[Json]:
        return chain.from_iterable(self.pages(path, name, parameters))


def session_path(session: Json) -> str:
    """Return the path of a session."""
    return f"/v2/agents/{session['agent_key']}/sessions/{session['key']}"


def events_path(session: Json) -> str:
    """Return the path of a session's events."""
    return f"{session_path(session)}/events"


def message(text: str) -> Json:
    """Return the body of a text message."""
    return {"type": "input_message", "messages": [{"type": "text", "content": text}]}


def of_type(events: list[Json], name: str) -> list[Json]:
    """Return the events of one type."""
    return [event for event in events if event["type"] == name]


def _object(response: httpx.Response) -> Json:
    body: Json = response.json()
    return body


def _unexpected(request: httpx.Request, response: httpx.Response, expected: set[int]) -> str:
    wanted = " or ".join(map(str, sorted(expected)))
    request.read()  # a form is made while it is sent
    return (
        f"{request.method} {request.url.path} answered {response.status_code}, expected {wanted}.\n"
        f"  answer: {response.text[:500]}\n  again:  {curl(request)}"
    )


def curl(request: httpx.Request) -> str:
    """Write a request as a curl command; the credential stays out of it."""
    parts = ["curl", "-X", request.method, str(request.url)]
    if "x-api-key" in request.headers:
        parts += ["-H", "x-api-key: $SESSIONSUITE_CONTRACTS_API_KEY"]
    if request.content:
        body = json.dumps(json.loads(request.content)) if request.headers.get("content-type") == "application/json" else "…"
        parts += ["-H", f"content-type: {request.headers.get('content-type')}", "-d", body]
    return " ".join(part if part.startswith("x-api-key: $") else shlex.quote(part) for part in parts).replace(
        "x-api-key: $SESSIONSUITE_CONTRACTS_API_KEY", '"x-api-key: $SESSIONSUITE_CONTRACTS_API_KEY"'
    )
