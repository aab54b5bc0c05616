"""The mock as it is, with tokens that soon expire: every promise can be tested on it."""

from mockserver.app import create_app
from mockserver.settings import Settings
from tests.contracts.sabotage.making import Wsgi

NEIGHBOUR = "mock-neighbour-owner"
TOKEN_SECONDS = 2


def create_complete_app() -> Wsgi:
    return create_app(Settings(token_seconds=TOKEN_SECONDS))


def create_hiding_app() -> Wsgi:
    """A mock that answers 404 for objects that a caller may not see, whether they are there or not."""
    return create_app(Settings(foreign_objects="404"))
