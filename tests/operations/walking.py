"""Drives a mock through every operation of its document, in good ways and bad, with planted secrets, and keeps all it says."""

import json
from contextlib import suppress
from io import BytesIO
from urllib.parse import quote

from mockserver.domain.chaos import BrokenTransferError
from mockserver.domain.secrecy import secrets_in
from tests.arrange import Api, document_body, frames
from tests.operations.planting import NEEDED, Planted
from tests.operations.sent import BODIES, POLICY, QUERIES, SAY, TOOLS, TWISTED
from tests.spec.samples import SAMPLES

IN_CLEAR = {"listOutstandingClientToolCalls", "listAliasRoutedOutstandingClientToolCalls"}
INPUTS = {"createAgentInput", "createAliasRoutedInput"}


class Walk:
    """What a mock was asked and what it said.

    `seen` has pairs of a place and a text, `answers` of an operation and a status; `taken` are the secrets that it accepted.
    """

    def __init__(self, app, operations):
        self.api = Api(app)
        self.planted = Planted()
        self.operations = operations
        self.seen = []
        self.answers = set()
        self.taken = []
        self.made = {}
        self.handed_over = ""
        self.values = {}
        self._spoilt = 0

    def call(self, operation, path, body=None, **more):
        response = self.api.call(operation.method, path, body, **more)
        self._take_what_is_handed_out(operation, response)
        self.note(f"{operation.id} {response.status_code} {path} {str(more)[:90]}", response, operation.id)
        self.answers.add((operation.id, response.status_code))
        if response.status_code < 300:
            told = json.dumps(body)
            self.taken += [secret for secret in self.planted.places if secret in told and secret not in self.taken]
        return response

    def _take_what_is_handed_out(self, operation, response):
        """Count a secret that the mock makes as planted; the answer that is there to show it may do so."""
        if operation.secrecy.is_shown and response.status_code < 300:
            self.made[operation.id] = response.json
            for secret in secrets_in(response.json, operation.secrecy.answer):
                self.planted.places[secret] = f"{operation.id} (answer)"
                self.taken.append(secret)

    def note(self, where, response, operation_id=""):
        """Keep an answer; take the secrets out that a client tool is given, where the document says so."""
        body = _read(response)
        if operation_id in IN_CLEAR or (operation_id in self.made and response.status_code < 300):
            self.handed_over += body
            body = ""
        if operation_id in INPUTS and "client_tool_pending" in body:
            is_stream = response.content_type.startswith("text/event-stream")
            events = frames(body) if is_stream else json.loads(body)["events"]
            self.handed_over += json.dumps([one for one in events if one["type"] == "client_tool_pending"])
            body = json.dumps([one for one in events if one["type"] != "client_tool_pending"])
        self.seen.append((where, f"{response.headers}\n{body}"))

    def prepare(self):
        """Make one thing of every kind, an agent whose tools get secrets in every way, and let it call them."""
        by_id, api = self.operations.by_id, self.api
        (agent,) = self.planted.bodies(by_id["createAgent"])
        agent = {**agent, "key": "a1", "tool_configurations": {**agent["tool_configurations"], **TOOLS}}
        api.corpus("c1", document_body("d1", "All about herons."))
        self.call(by_id["createAgent"], "/v2/agents", agent)
        self.call(by_id["replaceAgentSecrets"], "/v2/agents/a1/secrets", *self.planted.bodies(by_id["replaceAgentSecrets"]))
        (session,) = self.planted.bodies(by_id["createAgentSession"])
        self.call(by_id["createAgentSession"], "/v2/agents/a1/sessions", {**session, "key": "s1"})
        self.call(by_id["createAgentAlias"], "/v2/agent_aliases", {"key": "l1", "name": "n", "policy": POLICY})
        (session,) = self.planted.bodies(by_id["createAliasRoutedSession"])
        self.call(by_id["createAliasRoutedSession"], "/v2/agent_aliases/l1/sessions", {**session, "key": "s2"})
        self._turns()
        for kind, place in (("ApiKey", "api_key_id"), ("AppClient", "app_client_id")):
            if f"create{kind}" in by_id:
                made = by_id[f"create{kind}"]
                self.values[place] = self.call(made, made.path, BODIES[made.id]).json["id"]
        instruction = api.instruction()
        api.call("PATCH", f"/v2/instructions/{instruction}", {"type": "initial", "template": "Be brief."})
        schedule = {**SAMPLES["createAgentSchedule"][1], "key": "daily"}
        api.call("POST", "/v2/agents/a1/schedules", schedule)
        self.values |= {
            "agent_key": "a1", "session_key": "s1", "alias_key": "l1", "corpus_key": "c1", "document_id": "d1", "version": "1",
            "tool_id": api.tool("place"), "instruction_id": instruction, "schedule_key": "daily",
        }  # fmt: skip

    def _turns(self):
        """Let every tool be called, in JSON and in streams, by both routes, with a file at the end; fork."""
        routes = {"createAgentInput": "/v2/agents/a1/sessions/s1", "createAliasRoutedInput": "/v2/agent_aliases/l1/sessions/s2"}
        for operation_id, path in routes.items():
            for streams in (False, True):
                for name in TOOLS:
                    body = {"messages": [{"type": "text", "content": f"Please use {name.replace('_', ' ')}, https://a.example/"}]}
                    body |= {"stream_response": True} if streams else {}
                    self.call(self.operations.by_id[operation_id], f"{path}/events", body)
                    self.call(self.operations.by_id[operation_id], f"{path}/events", {"type": "interrupt"})
                    self.admin(f"/__admin/sessions/a1/{path[-2:]}/context")
            for scenario in self.api.get("/__admin/scenarios").json["scenarios"]:
                wish = {"Prefer": f"scenario={scenario['name']}"}
                with suppress(BrokenTransferError):
                    self.call(self.operations.by_id[operation_id], f"{path}/events", SAY, headers=wish)
                self.call(self.operations.by_id[operation_id], f"{path}/events", {"type": "interrupt"})
            self._upload(f"/v2/agents/a1/sessions/{path[-2:]}")
        fork = {"key": "f1", "from_session": {"session_key": "s1"}}
        self.call(self.operations.by_id["createAgentSession"], "/v2/agents/a1/sessions", fork)

    def _upload(self, path):
        form = {"files": [(BytesIO(b"Moon soup 4"), "menu.txt")]}
        uploaded = self.api.call("POST", f"{path}/events", data=form, content_type="multipart/form-data")
        self.note(f"upload {path}", uploaded)

    def admin(self, path, method="GET", **more):
        self.note(f"{method} {path} {str(more)[:60]}", self.api.call(method, path, **more))

    def path(self, operation, **instead):
        """Fill in the path of an operation; the route of an alias has a session of its own."""
        route = "/v2/agent_aliases/l1/sessions/s2" if "alias_key" in operation.path else "/v2/agents/a1/sessions/s1"
        values = {**self.values, "session_key": route[-2:]}
        if "event_id" in operation.path:
            values["event_id"] = self.api.get(f"{route}/events").json["events"][0]["id"]
        if "artifact_id" in operation.path:
            values["artifact_id"] = self.api.get(f"{route}/artifacts").json["artifacts"][0]["artifact_id"]
        return operation.path.format(**{**values, **instead})

    def _path_if_there(self, operation, **instead):
        """Fill in the path; where what it names is gone, with something else."""
        try:
            return self.path(operation, **instead)
        except (KeyError, IndexError):
            return operation.path.format(**{**self.values, "event_id": "aev_1", "artifact_id": "art_1", **instead})

    def good_bodies(self, operation):
        if operation.is_public:
            client = self.made["createAppClient"]
            return [{name: client[name] for name in ("client_id", "client_secret")}]
        if operation.secrecy.request:
            bodies = list(self.planted.bodies(operation))
            if operation.id == "replaceAgent":
                bodies = [{**body, "tool_configurations": {**body["tool_configurations"], **TOOLS}} for body in bodies]
            return bodies
        if operation.id in INPUTS:
            return [
                SAY,
                {**SAY, "stream_response": True},
                {"messages": [{"type": "text", "content": "Please use get location."}]},
            ]
        return [BODIES.get(operation.id) or SAMPLES[operation.id][0]] if operation.body else [None]

    def walk(self):
        """Call every operation well and badly; those that delete come last, the inner ones first."""
        operations = self.operations.by_id.values()
        changing = [operation for operation in operations if operation.method != "DELETE"]
        deleting = sorted((one for one in operations if one.method == "DELETE"), key=lambda one: -one.path.count("/"))
        for operation in (*changing, *deleting):
            self.spoil(operation)
            for body in self.good_bodies(operation):
                self.call(operation, self.path(operation), body, query_string=QUERIES.get(operation.id))
        for operation in operations:  # what they name is gone
            self.call(operation, self._path_if_there(operation))
        self._spoil_the_admin_api()

    def _spoil_the_admin_api(self):
        for secret in self.taken:
            name = quote(secret, safe="")
            self.admin(f"/__admin/{name}")
            self.admin(f"/__admin/sessions/{name}/{name}/context")
            self.admin("/__admin/chaos", "PUT", data=json.dumps({"rules": [{"operations": [secret], secret: secret}]}))
            self.admin("/__admin/chaos", "PUT", data=secret)
            self.admin("/__admin/state", headers={"X-Test-Id": secret, "Prefer": secret})
            self.admin("/__admin/state", query_string={"tenant": secret})

    def spoil(self, operation):
        """Call an operation with secrets where none belongs: in its path, its query, its headers, in bodies that do not fit."""
        secret = self.taken[self._spoilt % len(self.taken)]
        self._spoilt += 1
        path = self._path_if_there(operation)
        for parameter in operation.parameters:
            if parameter.location == "path":
                self.call(operation, self._path_if_there(operation, **{parameter.name: quote(secret, safe="")}))
            elif parameter.location == "query":
                self.call(operation, path, query_string={parameter.name: secret})
            else:
                self.call(operation, path, headers={parameter.name: secret})
        for name in ("Prefer", "Prefer", "Content-Type", "X-Mock-Physics", "X-Mock-Chaos-Status", "X-Mock-Chaos-Seed"):
            self.call(operation, path, {}, headers={name: secret})
        for wish in ("scenario", "code", "physics", "seed", "example"):
            self.call(operation, path, headers={"Prefer": f'{wish}="{secret}"'})
        self.call(operation, path, headers={"x-api-key": secret})
        self.call(operation, path, headers={"Authorization": secret})
        if operation.body:
            for raw in self._bad_bodies(operation, secret):
                self.call(operation, path, data=raw, content_type="application/json")
            form = {"messages": secret, "files": secret}
            self.call(operation, path, data=form, content_type="multipart/form-data")

    def _bad_bodies(self, operation, secret):
        if operation.id in TWISTED:
            yield json.dumps({**SAMPLES[operation.id][-1], **NEEDED.get(operation.id, {}), **TWISTED[operation.id](secret)})
        yield f'{{"messages": "{secret}'
        yield f"[{secret}]"
        yield json.dumps(secret)
        yield json.dumps([secret])
        for body in self.planted.bodies(operation):
            yield json.dumps(body)[:-1]
            yield f"{json.dumps(body)},"
            for bad in (_listed, _repeated, lambda _: {secret: {secret: [secret]}}, "#if({}".format):
                yield json.dumps(_spoilt(body, bad, self.planted.places))
                yield json.dumps(dict.fromkeys(body, bad(secret)))


def _read(response):
    """Read an answer, or as much of it as comes."""
    read = []
    with suppress(BrokenTransferError):
        read.extend(response.iter_encoded())
    response.close()
    return b"".join(read).decode("utf-8", "replace")


def _listed(secret):
    return [secret]


def _repeated(secret):
    return secret * 300


def _spoilt(value, bad, secrets):
    """Make of every secret a value that does not fit: none of these was ever accepted, so none is known to the mock."""
    if isinstance(value, dict):
        return {name: _spoilt(item, bad, secrets) for name, item in value.items()}
    return bad(value) if isinstance(value, str) and value in secrets else value
