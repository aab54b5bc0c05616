from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mockserver.domain.artifacts import Artifact
from mockserver.domain.corpora import new_corpus, new_document
from mockserver.domain.errors import Refused
from mockserver.domain.instructions import new_instruction
from mockserver.domain.tools import create
from mockserver.stores.contents import Contents
from mockserver.stores.memory import MemoryStore
from tests.arrange import NOON, a_session, an_agent, an_event, corpus_body, document_body, examples

KEYS = st.sampled_from(["a", "b", "c"])
FIRST = an_agent("first")


def a_corpus(key="a"):
    return new_corpus(corpus_body(key), NOON)


def a_document(document_id="a"):
    return new_document(document_body(document_id, f"text of {document_id}"))


def an_instruction(instruction_id="a"):
    return new_instruction({"name": instruction_id, "template": "x"}, instruction_id, NOON)


def a_tool(tool_id="a", name=None):
    return create({"name": name or tool_id, "description": "d"}, tool_id, NOON)


FIRST_CORPUS = (a_corpus("first"), [a_document("first")])


def empty_store(*agents, corpora=(), tools=()):
    return MemoryStore(Contents(corpora=corpora, tools=tools, agents=agents))


class AgainstModel(RuleBasedStateMachine):
    """Drives the store beside plain dictionaries, which keep insertion order and thereby age."""

    def __init__(self):
        super().__init__()
        self.store = empty_store(FIRST, corpora=[FIRST_CORPUS], tools=[a_tool("first")])
        self.revisions = set()
        self.events_made = 0
        self.forget()

    def forget(self):
        self.agents = {"first": self.store.agent("first")}
        self.sessions = {}
        self.events = {}
        self.contexts = {}
        self.gone = []
        self.corpora = {"first": self.store.corpus("first")}
        self.documents = {"first": {"first": self.store.document("first", "first")}}
        self.instructions = {}
        self.tools = {"first": self.store.tools.get("first")}

    def remove_from_model(self, agent_key, key):
        self.gone.append(self.sessions.pop((agent_key, key)))
        del self.events[agent_key, key]
        self.contexts.pop((agent_key, key), None)

    @rule(key=KEYS, name=KEYS)
    def add_agent(self, key, name):
        agent = replace(an_agent(key), name=name)
        if key in self.agents:
            code = "SM311"
        elif name in {other.name for other in self.agents.values()}:
            code = "SM312"
        else:
            self.agents[key] = self.store.add_agent(agent)
            assert replace(self.agents[key], sequence=0) == agent
            return
        with pytest.raises(Refused) as caught:
            self.store.add_agent(agent)
        assert caught.value.refusal.code == code

    @rule(key=KEYS, name=KEYS)
    def rename_agent(self, key, name):
        def renamed(agent):
            return replace(agent, name=name)

        if key not in self.agents:
            assert self.store.change_agent(key, renamed) is None
        elif name in {other.name for other in self.agents.values() if other.key != key}:
            with pytest.raises(Refused):
                self.store.change_agent(key, renamed)
        else:
            self.agents[key] = renamed(self.agents[key])
            assert self.store.change_agent(key, renamed) == self.agents[key]

    @rule(key=KEYS)
    def remove_agent(self, key):
        assert self.store.remove_agent(key) is (key in self.agents)
        self.agents.pop(key, None)
        for owner, session_key in [pair for pair in self.sessions if pair[0] == key]:
            self.remove_from_model(owner, session_key)

    @rule(agent_key=KEYS, key=KEYS)
    def add_session(self, agent_key, key):
        session = a_session(key, agent_key)
        if agent_key in self.agents and (agent_key, key) not in self.sessions:
            self.sessions[agent_key, key] = self.store.add_session(session)
            self.events[agent_key, key] = {}
            return
        with pytest.raises(Refused) as caught:
            self.store.add_session(session)
        assert caught.value.refusal.code == ("SM313" if agent_key in self.agents else "SM301")

    @rule(agent_key=KEYS, key=KEYS, name=st.text("xyz"))
    def change_session(self, agent_key, key, name):
        def renamed(session):
            return replace(session, name=name)

        expected = self.sessions.get((agent_key, key))
        if expected:
            self.sessions[agent_key, key] = renamed(expected)
        assert self.store.change_session(agent_key, key, renamed) == self.sessions.get((agent_key, key))

    @rule(agent_key=KEYS, key=KEYS)
    def a_change_that_raises_changes_nothing(self, agent_key, key):
        def refuse(session):
            raise Refused("SM320", "no")

        if (agent_key, key) in self.sessions:
            with pytest.raises(Refused):
                self.store.change_session(agent_key, key, refuse)

    @precondition(lambda self: self.sessions)
    @rule(data=st.data())
    def remove_session(self, data):
        agent_key, key = data.draw(st.sampled_from(sorted(self.sessions)))
        assert self.store.remove_session(self.sessions[agent_key, key]) is True
        self.remove_from_model(agent_key, key)

    @precondition(lambda self: self.gone)
    @rule(data=st.data())
    def removing_or_writing_to_an_older_session_does_nothing(self, data):
        old = data.draw(st.sampled_from(self.gone))
        assert self.store.remove_session(old) is False
        assert self.store.append_event(old, an_event(0)) is None
        assert list(self.store.events(old, None)) == []
        assert self.store.event(old, "aev_0") is None
        assert self.store.change_event(old, "aev_0", lambda event: event) is None
        assert self.store.remove_event(old, "aev_0") is False
        self.store.note_context(old, {"turn": 0})
        assert self.store.context(old) is None

    @precondition(lambda self: self.sessions)
    @rule(data=st.data())
    def append_event(self, data):
        pair = data.draw(st.sampled_from(sorted(self.sessions)))
        self.events_made += 1
        event = self.store.append_event(self.sessions[pair], an_event(self.events_made, pair[1]))
        self.events[pair][event.id] = event

    @precondition(lambda self: any(self.events.values()))
    @rule(data=st.data(), hidden=st.booleans())
    def change_event(self, data, hidden):
        pair, event_id = data.draw(st.sampled_from([(pair, key) for pair, rows in self.events.items() for key in rows]))
        changed = self.store.change_event(self.sessions[pair], event_id, lambda event: replace(event, hidden=hidden))
        self.events[pair][event_id] = replace(self.events[pair][event_id], hidden=hidden)
        assert changed == self.events[pair][event_id]

    @precondition(lambda self: any(self.events.values()))
    @rule(data=st.data())
    def remove_event(self, data):
        pair, event_id = data.draw(st.sampled_from([(pair, key) for pair, rows in self.events.items() for key in rows]))
        assert self.store.remove_event(self.sessions[pair], event_id) is True
        assert self.store.remove_event(self.sessions[pair], event_id) is False
        del self.events[pair][event_id]

    @precondition(lambda self: self.sessions)
    @rule(data=st.data(), turn=st.integers(1, 3))
    def note_context(self, data, turn):
        pair = data.draw(st.sampled_from(sorted(self.sessions)))
        self.store.note_context(self.sessions[pair], {"turn": turn})
        self.contexts[pair] = {"turn": turn}

    @rule(key=KEYS)
    def add_corpus(self, key):
        if key in self.corpora:
            with pytest.raises(Refused) as caught:
                self.store.add_corpus(a_corpus(key))
            assert caught.value.refusal.code == "SM314"
            return
        self.corpora[key] = self.store.add_corpus(a_corpus(key))
        self.documents[key] = {}

    @rule(key=KEYS, name=KEYS)
    def change_corpus(self, key, name):
        def renamed(corpus):
            return replace(corpus, name=name)

        if key in self.corpora:
            self.corpora[key] = renamed(self.corpora[key])
        assert self.store.change_corpus(key, renamed) == self.corpora.get(key)

    @rule(key=KEYS)
    def remove_corpus(self, key):
        assert self.store.remove_corpus(key) is (key in self.corpora)
        self.corpora.pop(key, None)
        self.documents.pop(key, None)

    def revised(self, key):
        before, self.corpora[key] = self.corpora[key], self.store.corpus(key)
        assert replace(self.corpora[key], revision=before.revision) == before

    @rule(key=KEYS, document_id=KEYS)
    def add_document(self, key, document_id):
        if key in self.corpora and document_id not in self.documents[key]:
            self.documents[key][document_id] = self.store.add_document(key, a_document(document_id))
            self.revised(key)
            return
        with pytest.raises(Refused) as caught:
            self.store.add_document(key, a_document(document_id))
        assert caught.value.refusal.code == ("SM315" if key in self.corpora else "SM304")

    @rule(key=KEYS, document_id=KEYS)
    def remove_document(self, key, document_id):
        was_there = document_id in self.documents.get(key, {})
        assert self.store.remove_document(key, document_id) is was_there
        if was_there:
            del self.documents[key][document_id]
            self.revised(key)

    @precondition(lambda self: len(self.instructions) < 3)
    @rule(key=KEYS)
    def add_instruction(self, key):
        if key not in self.instructions:
            self.instructions[key] = self.store.add_instruction(an_instruction(key))

    @rule(key=KEYS, number=st.integers(2, 9))
    def change_instruction(self, key, number):
        def renumbered(instruction):
            return replace(instruction, last_number=number)

        if key in self.instructions:
            self.instructions[key] = renumbered(self.instructions[key])
        assert self.store.change_instruction(key, renumbered) == self.instructions.get(key)

    @rule(key=KEYS)
    def remove_instruction(self, key):
        assert self.store.remove_instruction(key) is (self.instructions.pop(key, None) is not None)

    @rule(key=KEYS, name=KEYS)
    def add_tool(self, key, name):
        tool = a_tool(key, name)
        added = self.store.tools.add(tool, unless=tool.has_name_of)
        if key in self.tools or name in {other.name for other in self.tools.values()}:
            assert added is None
        else:
            assert replace(added, sequence=0) == tool
            self.tools[key] = added

    @rule(key=KEYS, title=st.text("xyz"))
    def change_tool(self, key, title):
        def titled(tool):
            return replace(tool, title=title)

        if key in self.tools:
            self.tools[key] = titled(self.tools[key])
        assert self.store.tools.change(key, titled) == self.tools.get(key)

    @rule(key=KEYS)
    def a_change_of_a_tool_that_raises_changes_nothing(self, key):
        def refuse(tool):
            raise Refused("SM350", "no")

        if key in self.tools:
            with pytest.raises(Refused):
                self.store.tools.change(key, refuse)

    @rule(key=KEYS)
    def remove_tool(self, key):
        assert self.store.tools.remove(key) is (self.tools.pop(key, None) is not None)

    @rule()
    def reset(self):
        self.store.reset()
        self.forget()

    @invariant()
    def agents_are_listed_newest_first(self):
        newest_first = list(self.agents.values())[::-1]
        assert list(self.store.agents(None)) == newest_first
        for place, agent in enumerate(newest_first):
            assert list(self.store.agents(agent.sequence)) == newest_first[place + 1 :]
            assert self.store.agent(agent.key) == agent

    @invariant()
    def sessions_are_listed_newest_first(self):
        for owner in ["a", "b", "c", "first"]:
            newest_first = [session for (agent_key, _), session in self.sessions.items() if agent_key == owner][::-1]
            assert list(self.store.sessions(owner, None)) == newest_first
            for place, session in enumerate(newest_first):
                assert list(self.store.sessions(owner, session.sequence)) == newest_first[place + 1 :]
                assert self.store.session(owner, session.key) == session

    @invariant()
    def events_are_listed_oldest_first(self):
        for pair, session in self.sessions.items():
            oldest_first = list(self.events[pair].values())
            assert list(self.store.events(session, None)) == oldest_first
            for place, event in enumerate(oldest_first):
                assert list(self.store.events(session, event.sequence)) == oldest_first[place + 1 :]
                assert self.store.event(session, event.id) == event

    @invariant()
    def corpora_are_listed_newest_first_and_documents_oldest_first(self):
        newest_first = list(self.corpora.values())[::-1]
        assert list(self.store.corpora(None)) == newest_first
        for place, corpus in enumerate(newest_first):
            assert list(self.store.corpora(corpus.sequence)) == newest_first[place + 1 :]
            assert self.store.corpus(corpus.key) == corpus
        for key in ["a", "b", "c", "first"]:
            oldest_first = list(self.documents.get(key, {}).values())
            assert list(self.store.documents(key, None)) == oldest_first
            for place, document in enumerate(oldest_first):
                assert list(self.store.documents(key, document.sequence)) == oldest_first[place + 1 :]
                assert self.store.document(key, document.id) == document

    @invariant()
    def no_two_states_of_documents_share_a_revision(self):
        for key, corpus in self.corpora.items():
            state = (corpus.revision, key, tuple(row.sequence for row in self.documents[key].values()))
            self.revisions.add(state)
        assert len({revision for revision, _, _ in self.revisions}) == len(self.revisions)

    @invariant()
    def instructions_are_listed_newest_first(self):
        newest_first = list(self.instructions.values())[::-1]
        assert list(self.store.instructions(None)) == newest_first
        for place, instruction in enumerate(newest_first):
            assert list(self.store.instructions(instruction.sequence)) == newest_first[place + 1 :]
            assert self.store.instruction(instruction.id) == instruction

    @invariant()
    def tools_are_listed_newest_first(self):
        newest_first = list(self.tools.values())[::-1]
        assert list(self.store.tools.listed(None)) == newest_first
        for place, tool in enumerate(newest_first):
            assert list(self.store.tools.listed(tool.sequence)) == newest_first[place + 1 :]
            assert self.store.tools.get(tool.key) == tool

    @invariant()
    def a_context_is_that_of_its_session(self):
        for pair, session in self.sessions.items():
            assert self.store.context(session) == self.contexts.get(pair)

    @invariant()
    def its_size_is_the_number_of_all_that_there_is(self):
        kinds = (self.agents, self.sessions, self.corpora, self.instructions, self.tools)
        within = (*(self.events[pair] for pair in self.sessions), *(self.documents[key] for key in self.corpora))
        assert self.store.size() == sum(map(len, (*kinds, *within)))


TestMemoryStore = AgainstModel.TestCase
TestMemoryStore.settings = settings(examples(60), stateful_step_count=40)


def test_a_later_session_of_the_same_key_survives_the_removal_of_the_older():
    store = empty_store(an_agent("a"))
    older = store.add_session(a_session("s", "a"))
    store.remove_session(older)
    later = store.add_session(a_session("s", "a"))
    event = store.append_event(later, an_event(1))

    removed = store.remove_session(older)

    assert removed is False
    assert store.session("a", "s") == later
    assert list(store.events(later, None)) == [event]


def test_events_of_a_removed_session_do_not_come_back_with_its_key():
    store = empty_store(an_agent("a"))
    older = store.add_session(a_session("s", "a"))
    store.append_event(older, an_event(1))
    store.remove_session(older)

    assert list(store.events(store.add_session(a_session("s", "a")), None)) == []


def test_a_reset_brings_back_the_first_agents_with_their_numbers():
    store = empty_store(an_agent("a"), an_agent("b"))
    before = list(store.agents(None))
    store.remove_agent("a")
    store.add_agent(an_agent("c"))

    store.reset()

    assert list(store.agents(None)) == before


def test_an_unknown_agent_has_no_sessions():
    assert list(empty_store().sessions("nobody", None)) == []


def test_an_unknown_corpus_has_no_documents():
    store = empty_store()

    assert list(store.documents("nothing", None)) == []
    assert store.document("nothing", "d1") is None


def test_a_reset_brings_back_corpora_and_documents_under_new_revisions():
    store = empty_store(corpora=[FIRST_CORPUS])
    before, documents = store.corpus("first"), list(store.documents("first", None))
    store.remove_document("first", "first")
    store.add_corpus(a_corpus("a"))

    store.reset()

    assert [corpus.key for corpus in store.corpora(None)] == ["first"]
    assert list(store.documents("first", None)) == documents
    assert store.corpus("first").revision > before.revision


def test_an_agent_takes_all_that_is_its_own_out_of_the_size():
    store = empty_store(FIRST)
    session = store.add_session(a_session(agent_key="first"))
    before = store.size()
    for number in range(3):
        store.append_event(session, an_event(number))
        file = {"session_key": "s1", "filename": "a.txt", "mime_type": "text/plain", "data": b"x", "created_at": NOON}
        store.add_artifact(session, Artifact(id=f"art_{number}", **file))
    assert store.size() == before + 6
    assert store.remove_session(session)
    assert store.size() == before - 1
    again = store.add_session(a_session(agent_key="first"))
    store.append_event(again, an_event())
    assert store.remove_agent("first")
    assert store.size() == 0
