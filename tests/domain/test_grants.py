"""Who may give which roles, held against the roles that the document's own operations ask for."""

from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import openapi
from mockserver.domain.access import Roles, permits, visible_agents
from mockserver.domain.grants import inheritance_of, roles_beyond
from mockserver.spec.document import load
from mockserver.spec.operations import Operations
from mockserver.spec.roles import inheritance
from tests.arrange import examples

DOCUMENT = load(openapi.DOCUMENT)
OPERATIONS = list(Operations(DOCUMENT).by_id.values())
INHERITANCE = inheritance(DOCUMENT)
ROLES = DOCUMENT.files[DOCUMENT.root.replace("openapi.yaml", "schemas/roles.yaml")]
ON_ACCOUNT = ROLES["ApiRole"]["enum"]
ON_AGENT, ON_CORPUS = (ROLES[kind]["properties"]["role"]["enum"] for kind in ("AgentRole", "CorpusRole"))
AGENTS, CORPORA = ("a1", "a2"), ("c1", "c2")


def on(key_name, keys, names):
    return st.lists(st.fixed_dictionaries({key_name: st.sampled_from(keys), "role": st.sampled_from(names)}), max_size=3).map(
        tuple
    )


def some_roles(most=3):
    return st.builds(
        Roles,
        api_roles=st.lists(st.sampled_from(ON_ACCOUNT), max_size=most).map(tuple),
        corpus_roles=on("corpus_key", CORPORA, ON_CORPUS),
        agent_roles=on("agent_key", AGENTS, ON_AGENT),
    )


def who(roles):
    return roles.principal("someone", "aky_1")


def beyond(held, given_roles):
    return roles_beyond(who(held), given_roles, INHERITANCE)


def account(*names):
    return Roles(api_roles=names)


def agent(role, key="a1"):
    return Roles(agent_roles=({"agent_key": key, "role": role},))


def corpus(role, key="c1"):
    return Roles(corpus_roles=({"corpus_key": key, "role": role},))


@st.composite
def grants(draw):
    """Roles, and some that whoever holds these may give."""
    held, wished = draw(some_roles()), draw(some_roles(most=5))
    return held, Roles(
        api_roles=tuple(name for name in wished.api_roles if not beyond(held, account(name))),
        corpus_roles=tuple(entry for entry in wished.corpus_roles if not beyond(held, Roles(corpus_roles=(entry,)))),
        agent_roles=tuple(entry for entry in wished.agent_roles if not beyond(held, Roles(agent_roles=(entry,)))),
    )


SINGLE = [account(name) for name in ON_ACCOUNT]
SINGLE += [agent(*place) for place in product(ON_AGENT, AGENTS)] + [corpus(*place) for place in product(ON_CORPUS, CORPORA)]


def excess(held, given_roles):
    """What whoever has the given roles may do and whoever holds the others may not."""
    giver, taker = who(held), who(given_roles)
    places = [{"agent_key": key, "corpus_key": other} for key, other in product((*AGENTS, None), (*CORPORA, None))]
    return [
        f"{operation.id} at {place}"
        for operation, place in product(OPERATIONS, places)
        if permits(operation.roles, taker, **place) and not permits(operation.roles, giver, **place)
    ]


@pytest.mark.parametrize("held", SINGLE, ids=lambda roles: beyond(Roles(), roles)[0])
def test_whoever_is_given_a_role_may_do_nothing_that_the_giver_may_not_do(held):
    assert not any(excess(held, role) for role in SINGLE if not beyond(held, role))


@examples(200)
@given(grants())
def test_roles_together_give_no_more_than_each_of_them(grant):
    assert beyond(*grant) == []
    assert excess(*grant) == []


@given(grants())
def test_whoever_is_given_roles_sees_no_agent_that_the_giver_does_not_see(grant):
    (listing,) = [operation for operation in OPERATIONS if operation.id == "listAgents"]
    seen, shown = (visible_agents(listing.roles, who(roles)) for roles in grant)
    assert seen is None or (shown is not None and shown <= seen)


@given(some_roles())
def test_everybody_may_give_the_roles_that_it_has(roles):
    assert beyond(roles, roles) == []


@given(grants(), some_roles())
def test_what_may_be_given_by_somebody_that_was_given_roles_may_be_given_by_the_giver(grant, further):
    held, given_roles = grant
    assume(further != Roles())
    if beyond(given_roles, further) == []:
        assert beyond(held, further) == []


@given(some_roles(), some_roles())
def test_roles_go_beyond_each_on_its_own(held, wished):
    each = [beyond(held, account(name)) for name in wished.api_roles]
    each += [beyond(held, Roles(corpus_roles=(entry,))) for entry in wished.corpus_roles]
    each += [beyond(held, Roles(agent_roles=(entry,))) for entry in wished.agent_roles]
    assert beyond(held, wished) == list(dict.fromkeys(name for names in each for name in names))


@given(some_roles())
def test_an_owner_may_give_everything(roles):
    assert beyond(account("owner"), roles) == []


def test_an_administrator_may_give_all_but_ownership_and_billing():
    assert beyond(account("administrator"), account(*ON_ACCOUNT)) == ["owner", "billing_administrator"]


@pytest.mark.parametrize(
    ("held", "wished", "expected"),
    [
        (account("viewer"), account("corpus_viewer", "agent_viewer", "pipeline_viewer"), []),
        (account("viewer"), account("agent_user", "corpus_developer"), ["agent_user", "corpus_developer"]),
        (account("agent_administrator"), account("agent_developer", "agent_viewer", "agent_user"), []),
        (account("agent_administrator"), agent("agent_administrator"), []),
        (account("agent_developer"), agent("agent_administrator"), ["agent_administrator on agent a1"]),
        (account("agent_developer"), agent("agent_user"), []),
        (account("agent_viewer"), agent("agent_viewer"), []),
        (account("agent_user"), agent("agent_user"), ["agent_user on agent a1"]),
        (agent("agent_administrator"), agent("agent_user"), []),
        (agent("agent_administrator"), agent("agent_user", "a2"), ["agent_user on agent a2"]),
        (agent("agent_administrator"), account("agent_user"), ["agent_user"]),
        (agent("agent_user"), agent("agent_viewer"), ["agent_viewer on agent a1"]),
        (account("corpus_administrator"), corpus("owner"), []),
        (account("corpus_developer"), corpus("editor"), []),
        (account("corpus_developer"), corpus("administrator"), ["administrator on corpus c1"]),
        (account("corpus_viewer"), corpus("viewer"), []),
        (account("corpus_viewer"), corpus("editor"), ["editor on corpus c1"]),
        (corpus("owner"), corpus("administrator"), []),
        (corpus("editor"), corpus("viewer"), []),
        (corpus("editor"), corpus("viewer", "c2"), ["viewer on corpus c2"]),
        (corpus("administrator"), account("corpus_viewer"), ["corpus_viewer"]),
        (corpus("owner"), account("owner"), ["owner"]),
        (account("pipeline_administrator"), account("pipeline_viewer"), []),
        (Roles(), account("viewer"), ["viewer"]),
    ],
)
def test_a_role_contains_what_the_document_says(held, wished, expected):
    assert beyond(held, wished) == expected


def test_every_role_that_the_inheritance_names_is_one():
    known = {("ApiRole", name) for name in ON_ACCOUNT} | {("AgentRole", name) for name in ON_AGENT}
    known |= {("CorpusRole", name) for name in ON_CORPUS}
    assert INHERITANCE.within(known) == known


def test_roles_that_contain_each_other_are_no_endless_search():
    circle = inheritance_of({("ApiRole", "a"): [("ApiRole", "b")], ("ApiRole", "b"): [("ApiRole", "a")]})
    assert roles_beyond(who(account("a")), account("b", "a", "c"), circle) == ["c"]
