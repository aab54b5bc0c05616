"""The commands: their answers, their exit codes, and what they say to somebody who mistyped."""

import subprocess
import sys

import pytest

from mockserver.domain.errors import REFUSALS
from mockserver.operations import HANDLERS
from tests.serving.process import run


def test_help_names_the_commands(tmp_path):
    done = run("--help", folder=tmp_path)
    assert done.returncode == 0
    assert {"serve", "proxy", "routes", "scenarios", "explain"} <= set(done.stdout.split())


def test_the_help_of_serve_explains_every_flag_with_its_default(tmp_path):
    told = " ".join(run("serve", "--help", folder=tmp_path).stdout.split())
    assert "port to listen on; 0 lets the system choose [default: 4010]" in told
    assert "largest JSON body, in bytes [default: 1048576]" in told


def test_routes_lists_every_operation_whole(tmp_path):
    done = run("routes", folder=tmp_path)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[:2] == [
        "GET    /v2/agents",
        "       listAgents: administrator, agent_administrator, agent_developer, agent_viewer, owner, viewer",
    ]
    assert "POST   /v2/agents/{agent_key}/sessions/{session_key}/events/{event_id}/unhide" in lines
    assert "       getOAuthToken: everybody" in lines
    assert {line.strip().partition(":")[0] for line in lines[1::2]} == set(HANDLERS)


@pytest.mark.parametrize("code", ["SM203", "sm203"])
def test_a_code_is_explained_in_any_case(code, tmp_path):
    done = run("explain", code, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "SM203  The body breaks the schema of the operation.\n       Mend the fields named in `field_errors`.\n"


def test_an_unknown_code_is_answered_with_those_there_are(tmp_path):
    done = run("explain", "sm999", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"Error: There is no code 'sm999'; codes run from {min(REFUSALS)} to {max(REFUSALS)}.\n"


@pytest.mark.parametrize(
    ("arguments", "settings", "file", "message"),
    [
        pytest.param(
            (),
            {"SESSIONSUITE_PROT": "1"},
            "",
            "environment variable SESSIONSUITE_PROT: there is no setting 'prot'; did you mean 'port'?",
            id="variable",
        ),
        pytest.param(
            (),
            {},
            "transition_limits = 1",
            "sessionsuite.toml: there is no setting 'transition_limits'; did you mean 'transition_limit'?",
            id="file",
        ),
        pytest.param(("--port", "65536"), {}, "", "setting 'port' must be between 0 and 65535, not 65536", id="bound"),
        pytest.param((), {"SESSIONSUITE_SEED": "x"}, "", "setting 'seed' must be a whole number, not 'x'", id="kind"),
        pytest.param((), {}, "port = ", "sessionsuite.toml is not TOML: Invalid value (at end of document)", id="no TOML"),
        pytest.param(("--world", "none.yaml"), {}, "", "The world file none.yaml cannot be read: [Errno 2]", id="no world"),
    ],
)
def test_a_wrong_setting_ends_with_2_and_says_which(arguments, settings, file, message, tmp_path):
    if file:
        (tmp_path / "sessionsuite.toml").write_text(file)
    done = run("serve", "--port", "0", *arguments, folder=tmp_path, **settings)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Error: {message}")


WORLD = """
api_keys:
  - {key: k, api_roles: [owner]}
corpora: []
agents:
"""


TO_NOBODY = "{targets: {type: single, agent_key: nobody}}"
CORPORA = """
api_keys: []
agents: []
corpora:
"""


@pytest.mark.parametrize(
    ("world", "message"),
    [
        pytest.param(
            WORLD + "  - {name: a, model: {name: m}}", "The world's agent 'a': /key is required in a world file.", id="key"
        ),
        pytest.param(WORLD + "  - {key: a, name: a, model: {}}", "The world's agent 'a': /model/name is required.", id="field"),
        pytest.param(
            WORLD + "  - {key: a, name: a, model: {name: m}, first_step_name: go, steps: {}}",
            "The world's agent 'a': ",
            id="steps",
        ),
        pytest.param(
            CORPORA + "  - {key: c, filter_attributes: [{name: a}]}",
            "The world's corpus 'c': /filter_attributes/0/level is required",
            id="corpus",
        ),
        pytest.param(
            CORPORA + "  - {key: c, documents: [{id: d, type: core, document_parts: []}]}",
            "The world's corpus 'c', document 'd': /document_parts must have at least 1 entry.",
            id="document",
        ),
        pytest.param(
            CORPORA + "  - {key: c}\n  - {key: c}",
            "'c'",
            id="corpus twice",
        ),
        pytest.param(
            CORPORA + "  - {key: c, documents: [&d {id: d, type: core, document_parts: [{text: x}]}, *d]}",
            "corpus c has a document 'd'",
            id="document twice",
        ),
        pytest.param(
            WORLD.rstrip() + " []\naliases:\n  - {key: l, name: l, policy: {type: routed, rules: []}}",
            "The world's alias 'l': /policy/rules must have at least 1 entry.",
            id="alias",
        ),
        pytest.param(
            WORLD.rstrip() + " []\naliases:\n  - {key: l, name: l, policy: {type: routed, rules: [" + TO_NOBODY + "]}}",
            "The world's alias 'l': The policy of the alias cannot be used: /policy/rules/0/targets/agent_key there is no agent",
            id="alias to nobody",
        ),
        pytest.param("api_keys: []", "world.yaml is not a world file: an entry misses 'corpora'.", id="part"),
        pytest.param("- 1", "world.yaml is not a world file: an entry ", id="list"),
        pytest.param("a: [", "The world file world.yaml cannot be read: ", id="YAML"),
        pytest.param(
            WORLD.rstrip() + " []\nagnts: []",
            "an entry named 'agnts' is unknown; "
            "the parts are agents, aliases, api_keys, app_clients, corpora, scenario_files, scenarios, state, tenant, tools.",
            id="unknown part",
        ),
        pytest.param(
            WORLD.rstrip() + " []\nscenario_files: more.yaml",
            "an entry named 'scenario_files' must be a list of paths",
            id="scenario files",
        ),
        pytest.param("when: 2024-01-01", "world.yaml is not a world file: an entry ", id="date"),
        pytest.param(WORLD.rstrip() + " null", "world.yaml is not a world file: ", id="null"),
        pytest.param(
            WORLD + "  - {key: a, name: a, model: {name: m}}\n  - {key: a, name: b, model: {name: m}}", "'a'", id="key twice"
        ),
    ],
)
def test_a_wrong_world_ends_with_2_and_says_where(world, message, tmp_path):
    (tmp_path / "world.yaml").write_text(world)
    done = run("serve", "--port", "0", "--world", "world.yaml", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), (["proxy", "--upstream", "http://127.0.0.1:1"], 2)])
def test_a_command_whose_libraries_are_missing_says_what_to_install(arguments, code):
    script = "import sys; sys.modules['httpx'] = None; from mockserver.cli import main; main(sys.argv[1:])"
    run = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == code
    assert "needs httpx: pip install 'sessionsuite[proxy]'" in run.stdout + run.stderr


def test_the_contracts_without_their_libraries_say_what_to_install():
    script = "import sys; sys.modules['httpx'] = None; from contracts.__main__ import main; main()"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (2, "Error: `sessions-contracts` needs httpx: pip install 'sessionsuite[contracts]'\n")
