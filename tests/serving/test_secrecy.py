"""What a served mock prints has no secret in it, whatever clients send."""

import json

from tests.arrange import agent_body
from tests.serving.process import served

SECRET = "planted-s3cret/of+mine"  # noqa: S105 - a secret of the test


def test_a_served_mock_prints_no_secret(tmp_path):
    tools = {"fetch": {"type": "web_get", "argument_override": {"auth": {"type": "bearer", "token": SECRET}}}}
    world = {"api_keys": [{"key": "mock-owner", "api_roles": ["owner"]}], "corpora": [], "agents": [agent_body(tools=tools)]}
    (tmp_path / "world.yaml").write_text(json.dumps(world), "utf-8")
    with served("--world", "world.yaml", folder=tmp_path) as mock:
        with mock.client() as client:
            client.put("/v2/agents/a1/secrets", json={"secrets": {"mine": SECRET}})
            client.post("/v2/agents/a1/sessions", json={"key": "s1", "secrets": {"mine": SECRET}})
            client.post("/v2/agents/a1/sessions", content=f'{{"key": "{SECRET}')
            client.post("/v2/agents/a1/sessions/s1/events", json={"messages": [{"type": "text", "content": "Please fetch."}]})
            seen = [
                client.get(path).text for path in ("/__admin/state", "/__admin/requests", "/v2/agents", f"/v2/agents/{SECRET}")
            ]
            client.get(f"/__admin/{SECRET}", headers={"Authorization": f"Bearer {SECRET}"})
        _, printed = mock.stop()

    assert SECRET not in mock.banner + printed + "".join(seen)
