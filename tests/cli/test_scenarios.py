"""The command that lists and checks scenario files, and which file wins."""

import pytest
from click.testing import CliRunner

from fixtures.cli import main as fixtures
from mockserver.app import scenario_book
from mockserver.domain.simulator.acts import Say
from mockserver.scenario_files import Source, load_book
from mockserver.settings import Settings
from tests.serving.process import run


def own(about):
    return f"scenarios: {{mine: {{about: {about}, turn: [{{say: {about}}}]}}}}"


WORLD = "api_keys: []\ncorpora: []\nagents: []\n"


def test_the_last_files_weigh_most_and_a_rule_may_name_a_scenario_of_any(tmp_path):
    (tmp_path / "world.yaml").write_text(f"{WORLD}scenario_files: [more/own.yaml]\nscenarios: {{{own('world')}}}")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "own.yaml").write_text("rules: [{scenario: late}]")
    (tmp_path / "late.yaml").write_text("scenarios: {late: {about: late, physics: slow}}")
    (tmp_path / "mine.yaml").write_text(own("setting"))
    settings = Settings(world=f"{tmp_path}/world.yaml", scenarios=f"{tmp_path}/late.yaml, {tmp_path}/mine.yaml,")

    book = scenario_book(settings)
    assert book.scenarios["mine"].turn == (Say("setting"),)
    assert book.scenarios["mine"].source == "mine.yaml"
    assert book.chosen(None, "a1", {}, "").name == "late"
    assert "tool_error" in book.scenarios
    (tmp_path / "last.yaml").write_text(own("argument"))
    assert scenario_book(settings, tmp_path / "last.yaml").scenarios["mine"].turn == (Say("argument"),)


def test_a_file_may_replace_a_built_in_scenario(tmp_path):
    (tmp_path / "my.yaml").write_text("scenarios: {tool_error: {about: mine, physics: slow}}")
    assert load_book([Source(tmp_path / "my.yaml")]).scenarios["tool_error"].about == "mine"
    assert load_book([]).scenarios["tool_error"].about != "mine"


def test_the_command_lists_the_scenarios_there_are(tmp_path):
    (tmp_path / "my.yaml").write_text(
        "scenarios: {mine: {about: 'My [own].', turn: [{interrupt: {}}]}, pace: {about: x, physics: slow}}"
    )
    done = run("scenarios", "my.yaml", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[lines.index("mine (my.yaml): My [own].") + 1] == "       input_message, session_interrupted, end"
    assert lines[lines.index("pace (my.yaml): x") + 1] == "       what the agent does by itself"
    assert lines[::2] == sorted(lines[::2])
    assert "tool_error (scenarios.yaml): A tool fails, and the agent says so." in lines


def test_the_command_lists_those_of_the_settings(tmp_path):
    (tmp_path / "my.yaml").write_text(own("x"))
    done = run("scenarios", folder=tmp_path, SESSIONSUITE_SCENARIOS="my.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    assert "mine (my.yaml): x\n" in done.stdout


def test_the_command_ends_with_2_and_tells_the_mistakes(tmp_path):
    (tmp_path / "my.yaml").write_text("scenarios:\n  a: {about: x, turn: [{sy: x}]}\nrules: 1")
    done = run("scenarios", "my.yaml", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "my.yaml:2:25: 'sy' may not stand here; did you mean 'say'?\nmy.yaml:3:8: 'rules': must be a list, not a whole number\n"
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"SESSIONSUITE_SCENARIO": "x"}, "there is no setting 'scenario'; did you mean 'scenarios'?"),
        ({"SESSIONSUITE_WORLD": "x"}, "The world file x cannot be read: "),
    ],
)
def test_the_command_ends_with_2_for_a_wrong_setting(tmp_path, settings, message):
    done = run("scenarios", folder=tmp_path, **settings)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_serve_ends_with_2_for_a_wrong_scenario_file(tmp_path):
    (tmp_path / "my.yaml").write_text("rule: []")
    done = run("serve", "--port", "0", "--scenarios", "my.yaml", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: my.yaml:1:1: 'rule' may not stand here; did you mean 'rules'?\n"


def test_a_world_with_wrong_scenarios_does_not_verify(tmp_path):
    world = tmp_path / "world.yaml"
    world.write_text(f"{WORLD}scenarios:\n  rule: []")
    done = CliRunner().invoke(fixtures, ["verify", str(world)])
    assert (done.exit_code, done.stderr) == (2, f"{world}:5:3: 'rule' may not stand here; did you mean 'rules'?\n")
