"""From a template's text to its nodes, by recursive descent; parsed templates are kept."""

import re
from functools import lru_cache
from itertools import groupby

from mockserver.domain.templating import lexer
from mockserver.domain.templating.lexer import Cursor
from mockserver.domain.templating.nodes import (
    Binary,
    Block,
    EscapedReference,
    Expression,
    If,
    Literal,
    Node,
    Not,
    Reference,
    Text,
)

DEEPEST = 64
LONGEST_CONDITION = 100
MOST_DIGITS = 40
_BRANCH_WORDS = frozenset({"elseif", "else", "end"})
_NOT_YET = frozenset({"set", "foreach", "macro", "break", "stop", "evaluate", "define", "include", "parse"})
_PLAIN = re.compile(r"[^$#\\]+")
_PRECEDENCE = {"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4}
_WORDS = {"eq": "==", "ne": "!=", "le": "<=", "ge": ">=", "lt": "<", "gt": ">", "and": "&&", "or": "||", "not": "!"}


@lru_cache(maxsize=1024)
def parse(text: str) -> Block:
    """Parse a template. Raises TemplateError for one that breaks the grammar or goes deeper than `DEEPEST`."""
    parser = _Parser(Cursor(text))
    block = parser.block(depth=0)
    if parser.stopped_by:
        raise parser.cursor.error(f"#{parser.stopped_by} without an #if", at=parser.stopped_at)
    return block


class _Parser:
    """The state of one parse: the cursor, and the word (`else`, `end`, …) that ended the latest block."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.stopped_by = ""
        self.stopped_at = 0
        self.operators = 0

    def block(self, depth: int) -> Block:
        if depth > DEEPEST:
            raise self.cursor.error(f"#if is nested deeper than {DEEPEST}")
        nodes: list[Node] = []
        self.stopped_by = ""
        while not self.cursor.is_at_end:
            node = self.node(depth)
            if self.stopped_by:
                break
            nodes.append(node)
        return _joined(nodes)

    def node(self, depth: int) -> Node:
        cursor, start = self.cursor, self.cursor.at
        if plain := cursor.take(_PLAIN):
            return Text(plain.group())
        character = cursor.text[start]
        if character == "#":
            return self.directive(depth)
        if character == "$":
            return self.reference() or self.one_character()
        cursor.at += 1
        escaped = self.reference() if cursor.text.startswith("$", cursor.at) else None
        return EscapedReference(escaped) if escaped else Text(character)

    def one_character(self) -> Text:
        self.cursor.at += 1
        return Text(self.cursor.text[self.cursor.at - 1])

    def reference(self) -> Reference | None:
        cursor = self.cursor
        match = cursor.take(lexer.FORMAL)
        if match is None:
            match = cursor.take(lexer.SHORT)
            if match and cursor.text.startswith(("(", "["), cursor.at):
                raise cursor.error("method calls and indexes are not supported yet; write ${…} if this is plain text")
        return match and Reference(match.group(), tuple(match.group(2).split(".")), quiet=bool(match.group(1)))

    def directive(self, depth: int) -> Node:
        cursor, start = self.cursor, self.cursor.at
        if cursor.take(lexer.LINE_COMMENT) or cursor.take(lexer.BLOCK_COMMENT):
            return Text("")
        match = cursor.take(lexer.DIRECTIVE)
        word = match and (match.group(1) or match.group(2))
        if word == "if":
            return self.condition(depth, start)
        if word in _BRANCH_WORDS:
            self.stopped_by, self.stopped_at = str(word), start
            return Text("")
        if word in _NOT_YET:
            raise cursor.error(f"#{word} is not supported yet", at=start)
        cursor.at = start
        return self.one_character()

    def condition(self, depth: int, start: int) -> If:
        branches: list[tuple[Expression, Block]] = []
        otherwise: Block = ()
        self.stopped_by = "elseif"
        while self.stopped_by == "elseif":
            branches.append((self.parenthesised(), self.branch(depth)))
        if self.stopped_by == "else":
            otherwise = self.branch(depth)
        if self.stopped_by != "end":
            raise self.cursor.error("this #if has no #end", at=start)
        self.stopped_by = ""
        self.cursor.take(lexer.END_OF_LINE)
        return If(tuple(branches), otherwise)

    def branch(self, depth: int) -> Block:
        self.cursor.take(lexer.END_OF_LINE)
        return self.block(depth + 1)

    def parenthesised(self) -> Expression:
        self.skip_space()
        self.operators = 0
        if self.operator() != "(":
            raise self.cursor.error("expected ( after #if or #elseif")
        return self.closed(self.expression(0))

    def closed(self, expression: Expression) -> Expression:
        self.skip_space()
        if self.operator() != ")":
            raise self.cursor.error("expected )")
        return expression

    def expression(self, least: int) -> Expression:
        left = self.operand()
        while True:
            before = self.cursor.at
            self.skip_space()
            operator = self.operator()
            precedence = _PRECEDENCE.get(operator, 0)
            if precedence <= least:
                self.cursor.at = before
                return left
            self.count_operator()
            left = Binary(operator, left, self.expression(precedence))

    def operand(self) -> Expression:
        self.skip_space()
        cursor, start = self.cursor, self.cursor.at
        if reference := self.reference():
            return reference
        if literal := self.literal():
            return literal
        operator = self.operator()
        if operator in {"!", "("}:
            self.count_operator()
            return Not(self.operand()) if operator == "!" else self.closed(self.expression(0))
        raise cursor.error("expected a reference, a string, a number, true or false", at=start)

    def count_operator(self) -> None:
        """Bound a condition, and with it how deep its tree can be."""
        self.operators += 1
        if self.operators > LONGEST_CONDITION:
            raise self.cursor.error(f"the condition has more than {LONGEST_CONDITION} operators and parentheses")

    def literal(self) -> Literal | None:
        cursor = self.cursor
        if match := cursor.take(lexer.STRING):
            return Literal(match.group(1) if match.group(1) is not None else match.group(2))
        if match := cursor.take(lexer.NUMBER):
            if len(match.group()) > MOST_DIGITS:
                raise cursor.error(f"the number has more than {MOST_DIGITS} digits", at=match.start())
            return Literal(float(match.group()) if match.group(1) else int(match.group()))
        if match := cursor.take(lexer.BOOLEAN):
            return Literal(match.group() == "true")
        return None

    def operator(self) -> str:
        if match := self.cursor.take(lexer.OPERATOR):
            return match.group()
        if match := self.cursor.take(lexer.WORD_OPERATOR):
            return _WORDS[match.group()]
        return ""

    def skip_space(self) -> None:
        self.cursor.take(lexer.SPACE)


def _joined(nodes: list[Node]) -> Block:
    """Put neighbouring texts together."""
    joined: list[Node] = []
    for is_text, run in groupby(nodes, key=lambda node: isinstance(node, Text)):
        if is_text:
            joined.append(Text("".join(node.text for node in run if isinstance(node, Text))))
        else:
            joined.extend(run)
    return tuple(joined)
