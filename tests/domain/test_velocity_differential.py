"""Our renderer against Apache Velocity 1.7 itself: the same text, and an error where the engine has one."""

import pytest
from hypothesis import given

from contracts.templating.templates import cases
from mockserver.domain.templating import TemplateError, parse, render
from tests.arrange import examples
from tests.domain import velocity_templates as templates
from tests.domain.velocity_oracle.oracle import OracleError

ERROR = object()
AREAS = 9
EACH = 5000 // AREAS + 1


def theirs(velocity, template, context):
    try:
        return velocity.render(template, context)
    except OracleError:
        return ERROR


def ours(template, context):
    try:
        return render(parse(template), context)
    except TemplateError:
        return ERROR


def agrees(area):
    """Make the property that templates of an area render as the engine renders them."""

    @examples(EACH)
    @given(template=area, context=templates.CONTEXTS)
    def property_(velocity, template, context):
        assert ours(template, context) == theirs(velocity, template, context), (template, context)

    return property_


BIG_SUMS = (
    "2147483647 * 1099511627776 % -1",
    "(0 - 2147483647) * 1099511627776 * 4 % 7",
    "9223372036854775807 + 1 - 1 % -7",
    "7 * 9223372036854775807 % 9223372036854775807 % (0 - 1099511627776)",
    "4611686018427387904 * 2147483647 / 9223372036854775807 % (0 - 2147483647) / -7",
    "1099511627776 * 2147483647 / (0 - 1099511627776) % 4611686018427387904",
    "9223372036854775807 * 2 / 0",
)


@pytest.mark.parametrize("expression", BIG_SUMS)
def test_sums_beyond_64_bits(velocity, expression):
    template = f"#set($x = {expression})$x"
    assert ours(template, {}) == theirs(velocity, template, {})


test_references = agrees(templates.REFERENCES)
test_text_comments_and_escapes = agrees(templates.TEXTS)
test_conditions = agrees(templates.CONDITIONS)
test_sets = agrees(templates.SETS)
test_sums = agrees(templates.SUMS)
test_loops = agrees(templates.LOOPS)
test_macros = agrees(templates.MACROS)
test_everything_mixed = agrees(templates.MIXED)
test_words_in_any_order = agrees(templates.SOUP)


@examples(500)
@given(cases())
def test_what_the_contracts_expect_of_a_template_is_what_the_engine_renders(velocity, case):
    context = {"session": {"metadata": case.metadata}, "tools": case.tools}
    assert theirs(velocity, case.template, context) == case.text
