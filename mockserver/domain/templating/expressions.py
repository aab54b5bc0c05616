"""References and expressions, by recursive descent over the grammar of Velocity 1.7 (Parser.jjt)."""

import re
from collections.abc import Callable
from typing import TypeAlias

from mockserver.domain.templating.nodes import (
    Block,
    Call,
    Chain,
    Expression,
    Index,
    Interpolated,
    ListOf,
    Literal,
    Logic,
    MapOf,
    Not,
    Place,
    Property,
    Range,
    Reference,
)
from mockserver.domain.templating.tokens import Token
from mockserver.domain.templating.words import Words

MOST_DIGITS = 40
_LEVELS = (("||",), ("&&",), ("==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%"))
_LEVEL_OF = {sign: level for level, signs in enumerate(_LEVELS) for sign in signs}
_OR, _AND = _LEVEL_OF["||"], _LEVEL_OF["&&"]
_BEGINS_A_PARAMETER = frozenset(
    {"space", "string", "integer", "[", "{", "map {", "true", "false", "name", "float", "arguments )"}
)
_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")
ParseText: TypeAlias = Callable[[str, Place, int], Block]
Steps: TypeAlias = tuple[Property | Call | Index, ...]


class Expressions:
    """Reads references and expressions; `parse_text` parses what stands in double quotes.

    Each method reads what its name says and raises TemplateError where there is something else.
    """

    def __init__(self, words: Words, parse_text: ParseText) -> None:
        self.words = words
        self.parse_text = parse_text

    def has_reference(self) -> bool:
        """Say whether a reference begins here."""
        first, second = self.words.kinds(2) if self.words.ahead().kind == "{" else (self.words.ahead().kind, "")
        return first == "name" or (first, second) == ("{", "name")

    def reference(self) -> Reference:
        """Read `$a.b`, `${a.b}`, `$a[0]`, `$a.b(c)`."""
        words = self.words
        first, start = words.ahead(), words.at
        is_formal = words.skip("{")
        name = words.expect("name")
        steps = self.indexes()
        while words.kinds(2) == (".", "name"):
            words.take()
            steps.append(self.member())
            steps += self.indexes()
        if is_formal:
            words.expect("}")
        return _reference(first, name.image.lstrip("\\$!#"), tuple(steps), words.joined(start), words.places.place(first.start))

    def indexes(self) -> list[Property | Call | Index]:
        """Read any number of `[key]`."""
        found: list[Property | Call | Index] = []
        words = self.words
        while words.skip("index ["):
            words.skip("space")
            if not (words.ahead().kind in {"string", "integer", "true", "false"} or self.has_reference()):
                raise words.unexpected("a number, a string or a reference as the index")
            found.append(Index(self.operand()))
            words.skip("space")
            words.expect("index ]")
        return found

    def member(self) -> Property | Call:
        """Read what follows a dot: a name, with arguments where a parenthesis and the beginning of one follow."""
        words = self.words
        is_call = words.kinds(2) == ("name", "(") and words.ahead(2).kind in _BEGINS_A_PARAMETER
        name = words.take().image
        if not is_call:
            return Property(name)
        words.take()
        arguments: list[Expression] = []
        if not words.skip("arguments )"):
            arguments = self.parameters()
            words.expect("arguments )")
        return Call(name, tuple(arguments))

    def parameters(self) -> list[Expression]:
        """Read `a, b, …`."""
        found = [self.parameter()]
        while self.words.skip(","):
            found.append(self.parameter())
        return found

    def parameter(self) -> Expression:
        """Read an operand with space around it."""
        self.words.skip("space")
        operand = self.operand()
        self.words.skip("space")
        return operand

    def operand(self) -> Expression:
        """Read a literal or a reference. Raises TemplateError where there is none."""
        words = self.words
        kind = words.ahead().kind
        words.enter()
        if kind == "map {":
            found: Expression = self.map()
        elif self.has_reference():
            found = self.reference()
        elif kind == "[":
            found = self.list_or_range()
        else:
            found = self.literal()
        words.depth -= 1
        return found

    def literal(self) -> Expression:
        """Read a string, a number, true or false."""
        words = self.words
        if words.ahead().kind not in {"string", "integer", "float", "true", "false"}:
            raise words.unexpected("a reference, a string, a number, true or false")
        word = words.take()
        if word.kind == "string":
            return self.string(word)
        if word.kind in {"true", "false"}:
            return Literal(word.kind == "true")
        if len(word.image) > MOST_DIGITS:
            raise words.places.error(f"the number has more than {MOST_DIGITS} digits", word.start)
        try:
            return Literal(float(word.image) if word.kind == "float" else int(word.image))
        except ValueError:
            raise words.places.error(f"{word.image!r} is no number", word.start) from None

    def string(self, word: Token) -> Expression:
        r"""Read a string: single quotes are verbatim, in double quotes `\uXXXX` and the language have a meaning."""
        quote = word.image[0]
        text = word.image[1:-1].replace(quote * 2, quote)
        if quote == "'":
            return Literal(text)
        text = _UNICODE.sub(lambda match: chr(int(match.group(1), 16)), text)
        if "$" not in word.image and "#" not in word.image:
            return Literal(text)
        block = self.parse_text(text + " ", self.words.places.place(word.start), self.words.depth)
        return Interpolated(block, keeps_last="##" in word.image)

    def list_or_range(self) -> Expression:
        """Read `[a, b]`, or `[first..last]` of whole numbers and references."""
        words = self.words
        words.expect("[")
        if words.skip("]"):
            return ListOf(())
        items = [self.parameter()]
        if words.ahead().kind == ".." and (isinstance(items[0], Reference) or _is_integer(items[0])):
            words.take()
            items.append(self.parameter())
            if not (isinstance(items[1], Reference) or _is_integer(items[1])):
                raise words.unexpected("whole numbers or references in a range")
            words.expect("]")
            return Range(*items)
        while words.skip(","):
            items.append(self.parameter())
        words.expect("]")
        return ListOf(tuple(items))

    def map(self) -> Expression:
        """Read `{key: value, …}`."""
        words = self.words
        words.expect("map {")
        pairs: list[tuple[Expression, Expression]] = []
        if words.kinds(2) not in {("space", "map }"), ("space", "}")} and words.ahead().kind not in {"map }", "}"}:
            pairs.append(self.pair())
            while words.skip(","):
                pairs.append(self.pair())
        words.skip("space")
        if not words.skip("map }", "}"):
            raise words.unexpected("}")
        return MapOf(tuple(pairs))

    def pair(self) -> tuple[Expression, Expression]:
        """Read `key: value`."""
        key = self.parameter()
        self.words.expect(":")
        return key, self.parameter()

    def expression(self, least: int = -1) -> Expression:
        """Read `a || b && c == d …`: operators that bind tighter than `least`, a run of one level as one chain."""
        words = self.words
        first = words.ahead()
        found = self.unary()
        while (level := _LEVEL_OF.get(words.ahead().kind, -1)) > least:
            rest: list[tuple[str, Expression]] = []
            sources = [_written(found, words.between(first, words.latest))]
            while _LEVEL_OF.get(words.ahead().kind, -1) == level:
                sign, start = words.take().kind, words.ahead()
                rest.append((sign, self.expression(level)))
                sources.append(_written(rest[-1][1], words.between(start, words.latest)))
            found = _chained(found, level, rest, sources)
        return found

    def unary(self) -> Expression:
        """Read any number of `!` and what they negate."""
        words = self.words
        negations = 0
        while words.ahead().kind == "!" or words.kinds(2) == ("space", "!"):
            words.skip("space")
            words.take()
            words.enter()
            negations += 1
        found = self.primary()
        words.depth -= negations
        for _ in range(negations):
            found = Not(found)
        return found

    def primary(self) -> Expression:
        """Read an operand or a parenthesised expression, with space around it."""
        words = self.words
        words.skip("space")
        if words.skip("("):
            words.enter()
            found = self.expression()
            words.depth -= 1
            words.expect(")")
        else:
            found = self.operand()
        words.skip("space")
        return found


def _written(operand: Expression, text: str) -> str:
    """What stands for an operand that is null where it is joined to a text: of a chain, as in 1.7, its last operand."""
    return operand.source if isinstance(operand, Reference) else operand.sources[-1] if isinstance(operand, Chain) else text


def _chained(first: Expression, level: int, rest: list[tuple[str, Expression]], sources: list[str]) -> Expression:
    if level in {_OR, _AND}:
        return Logic((first, *(operand for _, operand in rest)), stops_at=level == _OR)
    return Chain(first, tuple(rest), tuple(sources))


def _is_integer(node: Expression) -> bool:
    return isinstance(node, Literal) and type(node.value) is int


def _reference(first: Token, name: str, steps: Steps, source: str, place: Place) -> Reference:
    """Take the signs before the name apart, as the engine's ASTReference does."""
    signs = first.image.removesuffix(name) if first.kind == "name" else first.image
    if "$" not in signs:
        return Reference("", (), first.image, place)
    if "\\!" in signs:
        start = signs.index("\\", signs.index("$"))
        return Reference("", (), (signs[:start] + signs[start + 1 :] + (name if first.kind == "name" else "")), place)
    bare = signs.lstrip("\\")
    backslashes = len(signs) - len(bare)
    prefix, _, mark = bare.rpartition("$")
    return Reference(
        mark.removesuffix("{").removeprefix("!") + name,
        steps,
        source[backslashes + len(prefix) :],
        place,
        is_quiet=mark.startswith("!"),
        prefix=prefix,
        backslashes="\\" * (backslashes // 2),
        is_escaped=backslashes % 2 == 1,
    )
