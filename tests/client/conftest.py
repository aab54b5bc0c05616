import pytest

from tests.client.vendor import connected
from tests.serving.process import served


@pytest.fixture(scope="session")
def mock(tmp_path_factory):
    """A mock that the tests of a worker share; each keeps to sessions of its own."""
    with served("--physics", "tokens_per_second=33", folder=tmp_path_factory.mktemp("mock")) as process:
        yield process


@pytest.fixture(scope="session")
def fast_mock(tmp_path_factory):
    """A mock whose agent speaks at once, unless a scenario wants another pace."""
    with served(folder=tmp_path_factory.mktemp("mock")) as process:
        yield process


@pytest.fixture(scope="session")
def vectara(mock):
    with connected(mock) as client:
        yield client


@pytest.fixture(scope="session")
def fast(fast_mock):
    with connected(fast_mock) as client:
        yield client


@pytest.fixture
def client(mock):
    with mock.client() as client:
        yield client
