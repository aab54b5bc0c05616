"""The mock's compiled validators give the verdict of openapi-core, which reads the same document on its own.

170 requests for each operation with a body and 50 for each other one: 8,140 in all. Authentication is left out: it is ours.
"""

from itertools import chain

import pytest
from hypothesis import HealthCheck, given, settings
from openapi_core.testing import MockRequest

from mockserver.domain.errors import Refused
from mockserver.operations import HANDLERS
from mockserver.spec.requests import BodyLimits, validated
from tests.spec.differences import DIFFERENCES, LARGEST_BODY
from tests.spec.drawing import requests
from tests.spec.samples import SAMPLES

WITH_BODY, WITHOUT_BODY, LEAST_IN_ALL = 170, 50, 3000


def allowed_by_mock(operations, sent):
    raw = sent.raw()
    try:
        validated(operations.route(raw.method, raw.path), raw, BodyLimits(LARGEST_BODY, LARGEST_BODY))
    except Refused:
        return False
    return True


def allowed_by_core(core, sent):
    request = MockRequest(
        "http://localhost",
        sent.method,
        sent.target,
        args=sent.query,
        view_args=dict(sent.path),
        headers=[("x-api-key", "any"), *sent.headers],
        data=sent.body,
        content_type=sent.media_type,
    )
    try:
        return next(iter(core.iter_request_errors(request)), None) is None
    except (TypeError, ValueError, RecursionError, AssertionError):
        # its own defects: an unhashable discriminator, an odd media type, a form without a boundary
        return False


def applying(sent):
    return [name for name, difference in DIFFERENCES.items() if difference.applies(sent)]


def members(node):
    yield node
    yield from chain.from_iterable(
        map(members, node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
    )


@pytest.fixture(scope="session")
def vocabulary(document):
    """The discriminator values and the property names of the whole document."""
    nodes = [node for file in document.files.values() for node in members(file) if isinstance(node, dict)]
    kinds = {value for node in nodes if isinstance(node.get("discriminator"), dict) for value in node["discriminator"]["mapping"]}
    names = {name for node in nodes if isinstance(node.get("properties"), dict) for name in node["properties"]}
    return sorted(kinds), sorted(names)


@pytest.mark.parametrize("operation_id", sorted(HANDLERS))
def test_the_mock_and_openapi_core_agree_on_a_request(operation_id, operations, core, vocabulary):
    operation = operations.by_id[operation_id]
    wanted = WITH_BODY if operation.body else WITHOUT_BODY
    verdicts = []

    @settings(max_examples=wanted, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(requests(operation, SAMPLES.get(operation_id, ()), *vocabulary))
    def agree(sent):
        mock, judge = allowed_by_mock(operations, sent), allowed_by_core(core, sent)
        verdicts.append(mock)
        if mock is not judge:
            reasons = applying(sent)
            explained = any(DIFFERENCES[name].mock_allows is mock for name in reasons)
            assert explained, f"mock {mock}, openapi-core {judge}, listed {reasons}: {sent}"

    agree()
    assert len(verdicts) >= wanted
    assert wanted / 10 < sum(verdicts) < wanted * 9 / 10, "nearly all requests are valid, or nearly none is"


def test_there_are_enough_requests_in_all(operations):
    assert sum(WITH_BODY if operation.body else WITHOUT_BODY for operation in operations.by_id.values()) >= LEAST_IN_ALL


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_listed_difference_exists(name, operations, core):
    difference = DIFFERENCES[name]
    assert applying(difference.example) == [name]
    assert allowed_by_mock(operations, difference.example) is difference.mock_allows
    assert allowed_by_core(core, difference.example) is not difference.mock_allows
