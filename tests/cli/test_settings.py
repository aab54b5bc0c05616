"""Where a setting comes from: flag over environment over sessionsuite.toml over pyproject.toml over the default."""

from dataclasses import fields

import pytest

from mockserver.settings import Settings, SettingsError, resolve, rows

FLAG, VARIABLE = {"port": 1}, {"SESSIONSUITE_PORT": "2"}
OWN, PYPROJECT = ("sessionsuite.toml", "port = 3"), ("pyproject.toml", "[tool.sessionsuite]\nport = 4")


@pytest.mark.parametrize(
    ("flags", "environment", "files", "port"),
    [
        pytest.param(FLAG, VARIABLE, (OWN, PYPROJECT), 1, id="flag"),
        pytest.param({}, VARIABLE, (OWN, PYPROJECT), 2, id="environment"),
        pytest.param({}, {}, (OWN, PYPROJECT), 3, id="sessionsuite.toml"),
        pytest.param({}, {}, (PYPROJECT,), 4, id="pyproject.toml"),
        pytest.param({"port": None}, {}, (), 4010, id="default"),
    ],
)
def test_the_nearer_source_wins(flags, environment, files, port, tmp_path):
    for name, text in files:
        (tmp_path / name).write_text(text)
    assert resolve(flags, folder=tmp_path, environment=environment).port == port


def test_sources_complement_each_other(tmp_path):
    (tmp_path / "sessionsuite.toml").write_text("seed = 5\nthreads = 6")
    settings = resolve({"port": 0}, folder=tmp_path, environment={"SESSIONSUITE_THREADS": "7"})
    assert (settings.port, settings.seed, settings.threads, settings.host) == (0, 5, 7, "127.0.0.1")


def test_the_settings_of_the_contracts_are_left_alone(tmp_path):
    (tmp_path / "sessionsuite.toml").write_text("[contracts]\nurl = 'x'")
    assert resolve({}, folder=tmp_path, environment={"SESSIONSUITE_CONTRACTS_URL": "x", "PORT": "1"}) == Settings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("prot = 1", "there is no setting 'prot'; did you mean 'port'?", id="near"),
        pytest.param("colour = 1", "there is no setting 'colour'; known settings are host, port, ", id="far"),
        pytest.param("threads = 0", "setting 'threads' must be between 1 and 1024, not 0", id="too small"),
        pytest.param("threads = 1025", "setting 'threads' must be between 1 and 1024, not 1025", id="too large"),
        pytest.param("max_body_bytes = 0", "setting 'max_body_bytes' must be at least 1, not 0", id="no upper bound"),
        pytest.param("port = 'x'", "setting 'port' must be a whole number, not 'x'", id="text"),
        pytest.param("port = 1.5", "setting 'port' must be a whole number, not 1.5", id="fraction"),
        pytest.param("port = true", "setting 'port' must be a whole number, not True", id="boolean"),
        pytest.param("host = 5", "setting 'host' must be a text, not 5", id="number for a text"),
        pytest.param("port", "sessionsuite.toml is not TOML: ", id="no TOML"),
    ],
)
def test_a_wrong_setting_is_named(text, message, tmp_path):
    (tmp_path / "sessionsuite.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        resolve({}, folder=tmp_path, environment={})
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["tool = 1", "[tool]\nsessionsuite = 1"], ids=["tool", "sessionsuite"])
def test_a_table_that_is_none_is_named(text, tmp_path):
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"pyproject\.toml: \[tool\.sessionsuite\] must be a table"):
        resolve({}, folder=tmp_path, environment={})


def test_every_setting_has_a_meaning():
    assert [name for name, _, _ in rows()] == [row.name for row in fields(Settings)]
    assert all(meaning for _, _, meaning in rows())
    assert {name: default for name, default, _ in rows()} == {row.name: getattr(Settings(), row.name) for row in fields(Settings)}
