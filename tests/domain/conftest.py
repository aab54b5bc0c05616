import os

import pytest

from tests.domain.velocity_oracle.oracle import INSTALL, missing, running


@pytest.fixture(scope="session")
def velocity(tmp_path_factory):
    if lacking := missing():
        reason = f"Apache Velocity is not here: {', '.join(lacking)}; {INSTALL}"
        if os.environ.get("CI") == "true":  # noqa: TID251
            pytest.fail(reason)
        pytest.skip(reason)
    with running(tmp_path_factory.mktemp("velocity")) as judge:
        yield judge
