import pytest
from openapi_core import OpenAPI

import openapi
from mockserver.spec.document import load
from mockserver.spec.operations import Operations


@pytest.fixture(scope="session")
def document():
    return load(openapi.DOCUMENT)


@pytest.fixture(scope="session")
def operations(document):
    return Operations(document)


@pytest.fixture(scope="session")
def core():
    """openapi-core with the same document, its validators built once."""
    return OpenAPI.from_file_path(str(openapi.DOCUMENT))
