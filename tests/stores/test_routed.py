import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mockserver.domain.aliases import new_alias
from mockserver.domain.errors import Refused
from mockserver.stores.contents import Contents
from mockserver.stores.memory import MemoryStore
from tests.arrange import NOON, a_session, an_agent, examples

KEYS, ALIASES, AGENTS = st.sampled_from(["s1", "s2"]), st.sampled_from(["first", "l1"]), st.sampled_from(["a1", "a2"])


def an_alias(key):
    rules = [{"targets": {"type": "single", "agent_key": "a1"}}]
    return new_alias({"key": key, "name": key, "policy": {"type": "routed", "rules": rules}}, lambda _: True, NOON)


def refused(code, method, *arguments):
    with pytest.raises(Refused) as caught:
        method(*arguments)
    assert caught.value.refusal.code == code


class AgainstModel(RuleBasedStateMachine):
    """Drives aliases and their sessions beside plain dictionaries."""

    def __init__(self):
        super().__init__()
        self.store = MemoryStore(Contents(agents=[an_agent("a1"), an_agent("a2")], aliases=[an_alias("first")]))
        self.forget()

    def forget(self):
        self.aliases = {"first": self.store.aliases.get("first")}
        self.agents = {"a1", "a2"}
        self.sessions = {}
        self.gone = []

    def of(self, alias_key):
        return [session for session in self.sessions.values() if session.alias_key == alias_key]

    def remove(self, *pairs):
        for pair in pairs:
            self.gone.append(self.sessions.pop(pair))

    @rule(key=ALIASES)
    def add_alias(self, key):
        added = self.store.aliases.add(an_alias(key))
        assert (added is None) is (key in self.aliases)
        self.aliases.setdefault(key, added)

    @rule(key=ALIASES)
    def remove_alias(self, key):
        if self.of(key):
            refused("SM372", self.store.remove_alias, key)
        else:
            assert self.store.remove_alias(key) is (self.aliases.pop(key, None) is not None)

    @rule(agent_key=AGENTS, key=KEYS, alias_key=st.none() | ALIASES)
    def add_session(self, agent_key, key, alias_key):
        session = a_session(key, agent_key, alias_key=alias_key)
        if agent_key not in self.agents:
            refused("SM301", self.store.add_session, session)
        elif (agent_key, key) in self.sessions:
            refused("SM313", self.store.add_session, session)
        elif alias_key is not None and alias_key not in self.aliases:
            refused("SM309", self.store.add_session, session)
        elif alias_key is not None and key in [other.key for other in self.of(alias_key)]:
            refused("SM373", self.store.add_session, session)
        else:
            self.sessions[agent_key, key] = self.store.add_session(session)

    @precondition(lambda self: self.sessions)
    @rule(data=st.data())
    def remove_session(self, data):
        pair = data.draw(st.sampled_from(sorted(self.sessions)))
        assert self.store.remove_session(self.sessions[pair]) is True
        self.remove(pair)

    @precondition(lambda self: self.gone)
    @rule(data=st.data())
    def removing_an_older_session_does_nothing(self, data):
        assert self.store.remove_session(data.draw(st.sampled_from(self.gone))) is False

    @rule(agent_key=AGENTS)
    def remove_agent(self, agent_key):
        self.store.remove_agent(agent_key)
        self.agents.discard(agent_key)
        self.remove(*[pair for pair in self.sessions if pair[0] == agent_key])

    @rule()
    def reset(self):
        self.store.reset()
        self.forget()

    @invariant()
    def aliases_are_listed_newest_first(self):
        assert list(self.store.aliases.listed(None)) == list(self.aliases.values())[::-1]

    @invariant()
    def sessions_of_an_alias_are_listed_newest_first(self):
        for alias_key in ("first", "l1"):
            newest_first = self.of(alias_key)[::-1]
            assert list(self.store.routed_sessions(alias_key, None)) == newest_first
            for place, session in enumerate(newest_first):
                assert list(self.store.routed_sessions(alias_key, session.sequence)) == newest_first[place + 1 :]
            found = {key: self.store.routed_session(alias_key, key) for key in ("s1", "s2")}
            assert {key: session for key, session in found.items() if session} == {row.key: row for row in newest_first}


TestAliases = AgainstModel.TestCase
TestAliases.settings = settings(examples(40), stateful_step_count=30)


def test_a_changed_session_is_the_same_by_agent_and_by_alias():
    store = MemoryStore(Contents(agents=[an_agent("a1")], aliases=[an_alias("first")]))
    store.add_session(a_session("s1", "a1", alias_key="first"))

    store.change_session(
        "a1", "s1", lambda session: a_session("s1", "a1", alias_key="first", name="new", sequence=session.sequence)
    )

    assert store.routed_session("first", "s1") == store.session("a1", "s1")
    assert [session.name for session in store.routed_sessions("first", None)] == ["new"]


def test_a_world_names_an_alias_once():
    refused("SM371", MemoryStore, Contents(aliases=[an_alias("first"), an_alias("first")]))
