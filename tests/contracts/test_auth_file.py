"""Keys may come from an auth file of Web Fuzzing Commons, which other tools read as well."""

import json
from pathlib import Path

import pytest
import yaml

from contracts.auth_file import AuthFileError, Keys, read_keys
from tests.contracts.running import contracts


def entry(name, key, **fields):
    return {"name": name, "fixedHeaders": [{"name": "X-Api-Key", "value": key}], **fields}


@pytest.fixture
def written(tmp_path):
    def write(*entries, name="auth.yaml", **fields):
        file = tmp_path / name
        body = {"auth": list(entries), **fields}
        file.write_text(json.dumps(body) if name.endswith("json") else yaml.safe_dump(body), "utf-8")
        return file

    return write


@pytest.mark.parametrize("name", ["auth.yaml", "auth.json"])
def test_roles_say_whose_key_it_is(written, name):
    file = written(
        entry("Ann", "key-of-ann", roles=["agent_viewer"]),
        entry("Ben", "key-of-ben", roles=["administrator"]),
        entry("Cem", "key-of-cem", roles=["owner"], account="other"),
        entry("Dee", "key-of-dee", roles=["agent_user", "viewer"]),
        name=name,
    )
    by_role = {"agent_viewer": "key-of-ann", "agent_user": "key-of-dee", "viewer": "key-of-dee"}
    assert read_keys(file) == Keys("key-of-ben", "key-of-cem", by_role)


def test_a_name_that_is_a_role_counts_as_it(written):
    assert read_keys(written(entry("owner", "one"), entry("agent-user", "two"))) == Keys("one", None, {"agent_user": "two"})


def test_without_roles_the_first_one_administers(written):
    assert read_keys(written(entry("Ann", "one"), entry("Ben", "two"))) == Keys("one", None, {})


def test_a_template_is_filled_in(written):
    file = written({"name": "Ann"}, authTemplate={"fixedHeaders": [{"name": "x-api-key", "value": "shared"}]})
    assert read_keys(file).api_key == "shared"


def test_entries_with_a_login_are_passed_over(written):
    login = {"name": "Ann", "loginEndpointAuth": {"endpoint": "/oauth/token", "verb": "POST", "payloadRaw": "{}"}}
    assert read_keys(written(login, entry("Ben", "two"))).api_key == "two"
    with pytest.raises(AuthFileError, match=r"has no entry for an owner or administrator.*a login is not enough"):
        read_keys(written(login))


def test_a_role_that_nobody_knows_is_told_with_those_that_are_known(written):
    with pytest.raises(AuthFileError, match=r"Ann has the role 'admin'; there are owner, "):
        read_keys(written(entry("Ann", "one", roles=["admin"])))


def test_what_is_no_auth_file_is_told(written, tmp_path):
    with pytest.raises(AuthFileError, match=r"is no auth file of Web Fuzzing Commons: .*fixedHeaders"):
        read_keys(written({"name": "Ann"}))
    with pytest.raises(AuthFileError, match="is no auth file"):
        read_keys(Path(tmp_path / "none.yaml"))


def test_a_run_takes_its_keys_from_the_file(written):
    file = written(entry("owner", "mock-administrator"), entry("agent-user", "mock-agent-user"))
    run = contracts("run", "--app", "mockserver.app:create_app", "--promises", "SC201", "--auth-wfc", str(file))
    assert run.returncode == 0, run.stdout
    refused = written(entry("owner", "no-such-key"))
    run = contracts("run", "--app", "mockserver.app:create_app", "--promises", "SC201", "--auth-wfc", str(refused))
    assert run.returncode == 2
    assert "refuses the API key with 401" in run.stdout + run.stderr


def test_a_flag_goes_before_the_file(written):
    file = written(entry("owner", "no-such-key"))
    options = ("--auth-wfc", str(file), "--api-key", "mock-owner")
    assert contracts("run", "--app", "mockserver.app:create_app", "--promises", "SC201", *options).returncode == 0


def test_a_file_without_a_key_that_serves_is_wrong_use(written):
    file = written(entry("Ann", "one", roles=["viewer"]))
    for verb in ("run", "sweep"):
        target = ("--app", "mockserver.app:create_app") if verb == "run" else ()
        told = contracts(verb, *target, "--auth-wfc", str(file))
        assert told.returncode == 2
        assert "has no entry for an owner or administrator" in told.stdout + told.stderr


def test_sweep_needs_a_key():
    told = contracts("sweep")
    assert told.returncode == 2
    assert "--api-key KEY or --auth-wfc FILE" in told.stderr
