import pytest
import yaml

from mockserver.app import create_app
from mockserver.seeds import WorldError
from mockserver.settings import Settings
from tests.arrange import Api, agent_body, assert_refused

TOOL = {"type": "client", "name": "get_place", "description": "Asks the browser."}


def using(tool_id):
    return {"asked": {"type": "client", "tool_id": tool_id}}


def listed(api):
    return [tool["name"] for tool in api.get("/v2/tools").json["tools"]]


def world_with(tmp_path, tools, agents=()):
    world = tmp_path / "world.yaml"
    keys = [{"key": "mock-owner", "api_roles": ["owner"]}]
    world.write_text(yaml.safe_dump({"api_keys": keys, "corpora": [], "tools": tools, "agents": list(agents)}), "utf-8")
    return Settings(world=str(world))


def test_a_world_has_tools_and_agents_that_use_them(tmp_path):
    settings = world_with(tmp_path, [{"id": "tol_mine", **TOOL}], [agent_body(tools=using("tol_mine"))])

    api = Api(create_app(settings))

    assert listed(api) == ["get_place"]
    assert_refused(api.call("DELETE", "/v2/tools/tol_mine"), 409, "SM352")


def test_a_world_may_do_without_tools(tmp_path):
    world = tmp_path / "world.yaml"
    world.write_text("{api_keys: [{key: mock-owner, api_roles: [owner]}], corpora: [], agents: []}", "utf-8")

    assert listed(Api(create_app(Settings(world=str(world))))) == []


@pytest.mark.parametrize(
    ("tools", "agents", "message"),
    [
        pytest.param([TOOL], [], "tool 'get_place': /id is required in a world file.", id="no id"),
        pytest.param([{"id": "mine", **TOOL}], [], "tool 'mine': /id must match ^tol_.*$.", id="another id"),
        pytest.param([{"id": 5, **TOOL}], [], "tool 5: /id must be of type string.", id="no text"),
        pytest.param([{"id": "tol_1", **TOOL, "name": ""}], [], "/name must have at least 1 character.", id="field"),
        pytest.param([{"id": "tol_1", **TOOL, "type": "lambda"}], [], "/type must be one of 'client'.", id="type"),
        pytest.param([{"id": "tol_1", **TOOL, "input_schema": {"$ref": "#"}}], [], "/input_schema/$ref may not", id="schema"),
        pytest.param([{"id": "tol_1", **TOOL}, {"id": "tol_2", **TOOL}], [], "name 'get_place' already exists.", id="name twice"),
        pytest.param(
            [{"id": "tol_1", **TOOL}, {"id": "tol_1", **TOOL, "name": "b"}], [], "'tol_1' or name 'b' already", id="id twice"
        ),
        pytest.param(
            [], [agent_body(tools=using("tol_1"))], "/tool_configurations/asked/tool_id there is no client tool", id="unknown"
        ),
        pytest.param([5], [], "an entry of tools is not a mapping.", id="no mapping"),
        pytest.param([], [5], "an entry of agents is not a mapping.", id="no mapping, an agent"),
    ],
)
def test_a_world_whose_tools_do_not_fit_is_refused(tmp_path, tools, agents, message):
    with pytest.raises(WorldError) as caught:
        create_app(world_with(tmp_path, tools, agents))

    assert message in str(caught.value)
