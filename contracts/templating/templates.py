"""Templates drawn together with what they have to become (api-facts §5.2), so that no second engine judges the first.

Drawn are the documented forms, where Velocity 1.7 and 2.x agree: nothing depends on white space behind a directive, on the truth
of an empty value, on how a missing plain reference shows, or on numbers that are written in more than one way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from contracts.templating.conditions import ConditionWriter
from contracts.templating.metadata import METADATA, MISSING_PATHS, ROOT, SCALAR_PATHS, WORDS, Draw, Json, Writer, shown, texts

FRAGMENTS = ("<a b>", "· ü ·", "«¿qué?»", "<日本語>", "<🙂>", "<x,\ny>", "&amp;", "</p>", '"quoted"', "'s", "; 5 > 3", "%20")
"""Texts that nothing before or behind them can be read into."""
_DEEPEST = 3
_MOST_PIECES = {0: 2, 1: 2, 2: 3, 3: 6}
"""How many pieces stand side by side, by how many levels there may be below."""


@dataclass(frozen=True, slots=True)
class Written:
    """A piece of a template, and the text that it has to become."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """A template, the metadata and the tools that it is rendered for, and the text that it has to become."""

    template: str
    text: str
    metadata: Json
    tools: Sequence[Json]


@st.composite
def cases(draw: Draw) -> Case:
    """Draw a template with all that it needs."""
    tool = st.fixed_dictionaries({"name": st.sampled_from(["find", "send_mail"]), "description": texts})
    metadata, tools = draw(METADATA), draw(st.lists(tool, max_size=2))
    written = _TemplateWriter(draw, metadata, tools).sequence(_DEEPEST)
    return Case(written.source, written.text, metadata, tools)


class _TemplateWriter(Writer):
    """Writes pieces. A piece begins and ends with what no neighbour can be read into."""

    def __init__(self, draw: Draw, metadata: Json, tools: Sequence[Json]) -> None:
        super().__init__(draw, metadata)
        self._tools = tools
        self._conditions = ConditionWriter(draw, metadata)

    def sequence(self, depth: int) -> Written:
        """Write several pieces: at the depth 0 texts and references only."""
        kinds = [self._text, self._reference, self._missing]
        if depth:
            kinds += [self._setting, self._texts_loop, self._objects_loop, self._tools_loop, *[lambda: self._choice(depth)] * 3]
        chosen = self.draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=_MOST_PIECES[depth]))
        written = [write() for write in chosen]
        return Written("".join(piece.source for piece in written), "".join(piece.text for piece in written))

    def _text(self) -> Written:
        text = self.one(FRAGMENTS)
        return Written(text, text)

    def _reference(self) -> Written:
        path = self.one(SCALAR_PATHS)
        return self._referring(ROOT + path, shown(self.value(path)), quiet=self.maybe())

    def _missing(self) -> Written:
        return self._referring(ROOT + self.one(MISSING_PATHS), "", quiet=True)

    def _referring(self, path: str, text: str, *, quiet: bool) -> Written:
        mark = "$!" if quiet else "$"
        return Written(f"{mark}{{{path}}}", text) if self.maybe() else Written(f"{mark}{path}|", f"{text}|")

    def _setting(self) -> Written:
        """A variable, set to a word or to a value of the metadata, and used."""
        word, path = self.one(WORDS), self.one(SCALAR_PATHS)
        source, text = (f"'{word}'", word) if self.maybe() else (f"${ROOT}{path}", shown(self.value(path)))
        used = self._referring("chosen", text, quiet=False)
        return Written(f"#set($chosen = {source}){used.source}", used.text)

    def _choice(self, depth: int) -> Written:
        """The first branch whose condition holds, the last one where none does."""
        conditions = [self._conditions.condition() for _ in range(self.one((1, 2, 3)))]
        branches = [self._branch(depth) for _ in conditions]
        otherwise = self._branch(depth) if self.maybe() else None
        words = ["#if", *["#elseif"] * (len(conditions) - 1)]
        cases = zip(words, conditions, branches, strict=True)
        source = "".join(f"{word}({condition.source}){branch.source}" for word, condition, branch in cases)
        source += f"{self.one(('#else', '#{else}'))}{otherwise.source}" if otherwise else ""
        taken = (branch for condition, branch in zip(conditions, branches, strict=True) if condition.holds)
        said = next(taken, otherwise or Written("", ""))
        return Written(f"{source}#end|", f"{said.text}|")

    def _branch(self, depth: int) -> Written:
        inner = self.sequence(depth - 1)
        return Written(f"|{inner.source}", f"|{inner.text}")

    def _texts_loop(self) -> Written:
        shown_entries = [f"<{text}>" for text in self.metadata["tags"]]
        return self._loop("tag", "tags", "<${tag}>", shown_entries)

    def _objects_loop(self) -> Written:
        """A loop over objects, with one over the list of each inside."""
        shown_entries = [
            f"{one['name']}{one['age']}:{''.join(f'<{tag}>' for tag in one['tags'])}" for one in self.metadata["people"]
        ]
        body = "${one.name}$!{one.age}:#foreach($tag in $one.tags)<$tag>#end"
        return self._loop("one", "people", body, shown_entries)

    def _loop(self, name: str, path: str, body: str, entries: Sequence[str]) -> Written:
        """A loop that shows each entry, a piece that is always the same, and a sign where more is to come."""
        constant = self.sequence(0)
        source = f"#foreach(${name} in ${ROOT}{path}){body}{constant.source}#if($foreach.hasNext)|,#end|#end|"
        text = "|,|".join(entry + constant.text for entry in entries)
        return Written(source, f"{text}||" if entries else "|")

    def _tools_loop(self) -> Written:
        entries = "".join(f"<{tool['name']}: {tool['description']}>" for tool in self._tools)
        return Written("#foreach($tool in $tools)<$tool.name: ${tool.description}>#end|", f"{entries}|")
