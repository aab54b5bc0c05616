"""From a template's text to its nodes, by recursive descent over the grammar of Velocity 1.7; parsed templates are kept."""

import re
from functools import lru_cache
from itertools import groupby

from mockserver.domain.templating.errors import Places
from mockserver.domain.templating.expressions import Expressions
from mockserver.domain.templating.nodes import (
    Block,
    Expression,
    Foreach,
    Halt,
    If,
    Literal,
    Macro,
    MacroCall,
    Node,
    Reference,
    Set,
    Template,
    Text,
)
from mockserver.domain.templating.tokens import Token
from mockserver.domain.templating.words import Words

REFUSED = frozenset({"evaluate", "include", "parse", "define", "literal"})
"""Directives of 1.7 that are refused by name: they run text, read files, or have no use in an instruction."""

_DIRECTIVES = REFUSED | {"foreach", "macro", "break", "stop"}
_BUILT_IN = frozenset({"if", "end", "set", "else", "elseif"})
_TEXT_KINDS = frozenset({"text", ".", ")", "(", "integer", "float", "string", "{", "}"})
_FOREACH_PARTS = 3
_BEFORE_COMMENT = re.compile(r".*?(?=##)|.*?(?=#\*)")


@lru_cache(maxsize=1024)
def parse(text: str) -> Template:
    """Parse a template. Raises TemplateError for one that breaks the grammar, is refused, or goes too deep."""
    parser = _Parser(text, Places(text), {}, 0)
    block = parser.block()
    word = parser.words.ahead()
    if word.kind != "eof":
        problem = f"{word.image.strip()} without an #if or #foreach" if word.kind.startswith("#") else f"got {word.image!r}"
        raise parser.words.places.error(problem, word.start)
    return Template(block, parser.macros, parser.sets_members, text)


class _Parser:
    """One parse: the words, the macros found so far, and whether a member is set anywhere."""

    def __init__(self, text: str, places: Places, macros: dict[str, Macro], depth: int) -> None:
        self.words = Words(text, places, depth)
        self.macros = macros
        self.sets_members = False
        self.expressions = Expressions(self.words, self.quoted)

    def quoted(self, text: str, place: tuple[int, int], depth: int) -> Block:
        """Parse what stands in double quotes."""
        inner = _Parser(text, Places(text, within=place), self.macros, depth)
        block = inner.block()
        if inner.words.ahead().kind != "eof":
            raise inner.words.unexpected("text or a directive")
        self.sets_members |= inner.sets_members
        return block

    def block(self) -> Block:
        self.words.enter()
        nodes: list[Node] = []
        while True:
            found = self.statement()
            if found is None:
                self.words.depth -= 1
                return _joined(nodes)
            nodes += found

    def statement(self) -> list[Node] | None:
        """Read one statement; None where none begins."""
        words = self.words
        kind = words.ahead().kind
        if self.expressions.has_reference():
            return [self.expressions.reference()]
        if kind in _TEXT_KINDS:
            return [Text(words.take().literal)]
        read = {
            "comment": self.comment,
            "verbatim": self.verbatim,
            "escaped directive": self.escaped_directive,
            "escapes": self.escapes,
            "#if": self.condition,
            "set": self.assignment,
            "word": self.directive,
        }.get(kind)
        return read() if read else None

    def comment(self) -> list[Node]:
        """Step over a comment; signs just before it are text."""
        image = self.words.take().image
        self.words.skip("comment end")
        before = _BEFORE_COMMENT.match(image)
        return [Text(before.group() if before else "")]

    def verbatim(self) -> list[Node]:
        image = self.words.take().image
        return [Text(image[image.index("#[[") + 3 : -3])]

    def escaped_directive(self) -> list[Node]:
        """Halve the backslashes before a directive that there is; leave them before one that there is not."""
        image = self.words.take().image
        before, _, directive = image.rpartition("\\")
        known = _word(directive) in _DIRECTIVES | _BUILT_IN | self.macros.keys()
        return [Text(before[: len(before) // 2] + directive if known else image)]

    def escapes(self) -> list[Node]:
        """Halve an even number of backslashes before a directive that there is."""
        image = self.words.take().image
        following = self.words.ahead()
        known = following.kind in {"#if", "#else", "#elseif", "#end"} or following.image[1:] in _DIRECTIVES | self.macros.keys()
        return [Text(image[: len(image) // 2] if known else image)]

    def condition(self) -> list[Node]:
        words, first = self.words, self.words.take()
        branches = [(self.parenthesised(), self.block())]
        while words.skip("#elseif"):
            branches.append((self.parenthesised(), self.block()))
        otherwise = self.block() if words.skip("#else") else ()
        self.end(first)
        return [If(tuple(branches), otherwise)]

    def parenthesised(self) -> Expression:
        self.words.skip("space")
        self.words.expect("(")
        condition = self.expressions.expression()
        self.words.expect(")")
        return condition

    def end(self, first: Token) -> None:
        """Step over `#end`. Raises TemplateError at the directive that has none."""
        if self.words.ahead().kind == "eof":
            raise self.words.places.error(f"this {first.image.strip()} has no #end", first.start)
        self.words.expect("#end")

    def assignment(self) -> list[Node]:
        words = self.words
        words.take()
        words.skip("space")
        if not self.expressions.has_reference():
            raise words.unexpected("the reference to set")
        target = self.expressions.reference()
        words.skip("space")
        words.expect("=")
        value = self.expressions.expression()
        words.expect(")")
        self.sets_members |= bool(target.steps)
        return [Set(target, value)]

    def directive(self) -> list[Node]:
        words, first = self.words, self.words.take()
        name = _word(first.image)
        is_called = words.ahead().kind == "(" or words.kinds(2) == ("space", "(")
        if name in REFUSED or (name.startswith("@") and is_called):
            raise words.places.error(f"#{name} is refused", first.start)
        arguments = self.arguments(name) if is_called else []
        if name == "macro":
            return self.macro(first, arguments)
        if name == "foreach":
            return [self.loop(first, arguments)]
        if name in {"break", "stop"}:
            return [Halt(name == "stop")]
        source = words.between(first, words.latest)
        return [MacroCall(name, tuple(value for _, value in arguments), source, words.places.place(first.start))]

    def arguments(self, name: str) -> list[tuple[Token, Expression]]:
        """Read a directive's arguments, each with its first word; a bare word has no value."""
        words = self.words
        words.skip("space")
        words.expect("(")
        found: list[tuple[Token, Expression]] = []
        while True:
            words.skip("space")
            if words.skip(","):
                words.skip("space")
            elif words.skip(")"):
                return found
            word = words.ahead()
            is_bare = word.kind == "word"
            if is_bare and name in _DIRECTIVES and (name, len(found)) not in {("macro", 0), ("foreach", 1)}:
                raise words.unexpected("a reference or a literal")
            found.append((words.take(), Literal(None)) if is_bare else (word, self.expressions.operand()))

    def macro(self, first: Token, arguments: list[tuple[Token, Expression]]) -> list[Node]:
        if not arguments or arguments[0][0].kind != "word":
            raise self.words.places.error("expected #macro(name $parameter …)", first.start)
        body = self.block()
        self.end(first)
        name, *parameters = (word.image for word, _ in arguments)
        self.macros.setdefault(name, Macro(tuple(parameter.removeprefix("$") for parameter in parameters), body))
        return []

    def loop(self, first: Token, arguments: list[tuple[Token, Expression]]) -> Node:
        place = self.words.places.place(first.start)
        if len(arguments) != _FOREACH_PARTS:
            raise self.words.places.error("expected #foreach($name in list)", first.start)
        (word, target), _, (_, subject) = arguments
        body = self.block()
        self.end(first)
        return Foreach(target.root if isinstance(target, Reference) else word.image[1:], subject, body, place)


def _word(image: str) -> str:
    """Take the name out of `#name` or `#{name}`; behind other signs, as in `$#name`, it is no directive's name."""
    return image[2:-1] if image.endswith("}") else image[1:]


def _joined(nodes: list[Node]) -> Block:
    """Put neighbouring texts together, without empty ones."""
    joined: list[Node] = []
    for is_text, run in groupby(nodes, key=lambda node: isinstance(node, Text)):
        if not is_text:
            joined.extend(run)
        elif text := "".join(node.text for node in run if isinstance(node, Text)):
            joined.append(Text(text))
    return tuple(joined)
