"""Tools at work outside of a turn: a workbench with a session, its files, and a toolbox."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from mockserver.domain.artifacts import Artifact
from mockserver.domain.corpora import new_corpus, new_document
from mockserver.domain.references import leaf_paths, resolved, roots_of
from mockserver.domain.rendering import template_context
from mockserver.domain.search import Searcher
from mockserver.domain.simulator.calls import Place, ToolCall
from mockserver.domain.simulator.tools import Toolbox
from mockserver.domain.templating.dialect import DIALECT
from mockserver.runtime import Bm25Ranker, JqTransform, SeededIds
from mockserver.stores.memory import Contents, MemoryStore
from tests.arrange import NOON, a_session, an_agent, corpus_body, document_body

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


@lru_cache(maxsize=1)
def transform():
    """Give one helper process for all tests."""
    return JqTransform()


def an_artifact(artifact_id="art_a_b_c", data="one\ntwo\nthree\n", filename="notes.txt", mime_type="text/plain", **more):
    raw = data if isinstance(data, bytes) else data.encode()
    fields = {"session_key": "s1", "created_at": NOON, "metadata": {"original_filename": filename}, **more}
    return Artifact(id=artifact_id, filename=filename, mime_type=mime_type, data=raw, **fields)


@dataclass
class Bench:
    """Runs calls of one tool configuration after another."""

    artifacts: Any = ()
    scripted: Any = field(default_factory=dict)
    seed: int = 1
    metadata: Any = field(default_factory=dict)
    secrets: Any = field(default_factory=dict)

    def __post_init__(self):
        agent = an_agent(metadata={"team": "care"})
        documents = [new_document({**document_body("d1", "First part.", "Second part."), "metadata": {"a": {"b": 1, "c": 2}}})]
        corpora = [(new_corpus(corpus_body("c1"), NOON), documents)]
        self.store = MemoryStore(Contents(corpora=corpora, agents=[agent]))
        self.session = self.store.add_session(a_session(metadata=self.metadata, secrets=self.secrets))
        for artifact in self.artifacts:
            self.store.add_artifact(self.session, artifact)
        ids = SeededIds(self.seed)
        self.place = Place(agent, self.session, NOON, ids.random_for("bench"))
        self.toolbox = Toolbox(self.store, Searcher(Bm25Ranker()), ids, transform(), scripted=self.scripted)

    def call(self, kind, name="tool", /, arguments=None, overrides=None, **configuration):
        """Make the call that a planner makes of this configuration."""
        context = template_context(self.place.agent, self.session, NOON)
        roots = roots_of(context, DIALECT, session_secrets=self.session.secrets, agent_secrets={})
        return ToolCall(
            id="call_1",
            configuration_name=name,
            tool_type=kind,
            tool_name=kind,
            arguments=arguments or {},
            overrides=resolved(overrides or {}, roots, templates=True),
            override_paths=leaf_paths(overrides or {}),
            configuration=resolved({"type": kind, **configuration}, roots, templates=False),
        )

    def run(self, *what, outputs=None, **more):
        return self.toolbox(self.call(*what, **more), outputs or {}, self.place)

    def output(self, *what, **more):
        """Run a call that must succeed, and return what the tool answers."""
        outcome = self.run(*what, **more)
        assert not outcome.error, outcome.output
        return outcome.output

    def problem(self, *what, **more):
        """Run a call that must fail, and return what the tool says."""
        outcome = self.run(*what, **more)
        assert outcome.error, outcome.output
        assert set(outcome.output) == {"error"}
        return outcome.output["error"]
