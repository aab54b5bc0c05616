import pytest

from tests.serving.process import served


@pytest.fixture(scope="session")
def mock(tmp_path_factory):
    """A mock that the tests of a worker share; each keeps to sessions of its own."""
    with served("--physics", "tokens_per_second=33", folder=tmp_path_factory.mktemp("mock")) as process:
        yield process


@pytest.fixture
def client(mock):
    with mock.client() as client:
        yield client
