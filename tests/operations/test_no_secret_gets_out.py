"""No secret gets out: a mock is led through all its operations with a secret in every field that the document marks."""

import logging
import re

import pytest

import openapi
from mockserver.app import create_pipeline
from mockserver.domain.secrecy import secrets_in
from mockserver.runtime import FixedClock
from mockserver.settings import Settings
from mockserver.spec.document import Place, load
from mockserver.spec.operations import METHODS
from mockserver.spec.secrecy import MARK, Shapes
from mockserver.web.face import create_face
from tests.arrange import NOON
from tests.operations.planting import leaves_of
from tests.operations.walking import Walk

DOCUMENT = load(openapi.DOCUMENT)
MOCK_LOG = logging.getLogger("sessionsuite.mock")
NAMES_OF_SECRETS = re.compile("secret|token(?!s|_endpoint|_type)|password|credential|api_key$|authorization", re.IGNORECASE)


@pytest.fixture(scope="module")
def log():
    """Everything that is logged, anywhere, as it would be written and as it is kept."""
    records = []

    class Kept(logging.Handler):
        def emit(self, record):
            records.append(f"{self.format(record)} {record.__dict__}")

    handler = Kept(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    yield records
    logging.getLogger().removeHandler(handler)


@pytest.fixture(scope="module")
def walked(log):
    pipeline = create_pipeline(Settings(journal_size=100_000), clock=FixedClock(NOON))
    walk = Walk(create_face(pipeline), pipeline.operations)
    walk.prepare()
    for path in ("state", "requests", "chaos", "scenarios", "nothing"):
        walk.admin(f"/__admin/{path}")
    walk.walk()
    for path in ("state", "requests", "state?as=world"):
        walk.admin(f"/__admin/{path}")
    for secret in walk.taken:
        fail_with(secret)
    return walk


def fail_with(secret):
    """Log as the mock does where it has a defect, with an exception whose words nobody has chosen with care."""
    MOCK_LOG.error("%s failed: %r", secret, [secret], exc_info=OSError(secret, {"said": secret}))


def leaks(walk, texts):
    return {where: found for where, text in texts if (found := walk.planted.found_in(text))}


def test_a_secret_is_planted_in_every_marked_field_of_every_operation(walked):
    operations = walked.operations.by_id.values()
    marked = {place for one in operations for place in leaves_of(one.secrecy.request, one.id)}

    assert marked
    assert marked - set(walked.planted.places.values()) == set()


def test_every_operation_was_carried_out_and_refused(walked):
    assert {name for name, status in walked.answers if status < 300} == walked.operations.by_id.keys()
    assert {name for name, status in walked.answers if 400 <= status < 500} == walked.operations.by_id.keys()
    assert 500 not in {status for _, status in walked.answers}


def test_no_answer_tells_a_secret(walked):
    assert leaks(walked, walked.seen) == {}


def test_only_client_tools_are_given_secrets_in_clear(walked):
    given = set(walked.planted.found_in(walked.handed_over))

    assert {place.partition("/")[0] for place in given} >= {
        "createAgentSession",
        "createAliasRoutedSession",
        "replaceAgentSecrets",
    }


def test_the_log_tells_no_secret(walked, log):
    assert len([line for line in log if "OSError: " in line]) == len(walked.taken)
    assert leaks(walked, enumerate(log)) == {}


def test_the_document_shows_no_secret_in_its_examples():
    """What an example of an answer has in a marked place is masked; elsewhere it says itself that it is an example."""
    shapes, shown = Shapes(DOCUMENT), []
    for _, item in DOCUMENT.paths():
        for operation in (item.node[method] for method in METHODS if method in item.node):
            for place, is_answer in contents(item, operation):
                may_show = not is_answer or operation.get("x-shows-secrets", False)
                for example in place.node.get("examples", {}).values():
                    value = DOCUMENT.follow(Place(place.uri, example)).node["value"]
                    secrets = secrets_in(value, shapes.of(Place(place.uri, place.node["schema"])))
                    shown += [(operation["operationId"], one) for one in secrets if not may_show or "example" not in one]

    assert shown == []


def contents(item, operation):
    """The media types of the body and of the answers of an operation, and whether each is of an answer."""
    bodies = [(operation["requestBody"], False)] if "requestBody" in operation else []
    for node, is_answer in (*bodies, *((answer, True) for answer in operation.get("responses", {}).values())):
        place = DOCUMENT.follow(Place(item.uri, node))
        yield from ((Place(place.uri, media), is_answer) for media in place.node.get("content", {}).values())


def named(node):
    """The properties in a part of the document, by name."""
    if isinstance(node, dict):
        properties = node.get("properties")
        yield from properties.items() if isinstance(properties, dict) else ()
        for child in node.values():
            yield from named(child)
    elif isinstance(node, list):
        for child in node:
            yield from named(child)


def test_every_property_with_the_name_of_a_secret_is_marked():
    found = [(name, schema) for content in DOCUMENT.files.values() for name, schema in named(content)]
    unmarked = {name for name, schema in found if NAMES_OF_SECRETS.search(name) and MARK not in schema}

    assert "secrets" in {name for name, _ in found}
    assert unmarked == set()
