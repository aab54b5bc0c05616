"""SQLite as the oracle: the same filters over the same rows, compared in all three truths.

`test_sqlite_reads_the_same_text` hands SQLite the very text, so that precedence, literals and LIKE are held against a parser
that shares nothing with ours. There every comparison is between values of one type, since SQLite orders values of different
types and adds texts. `test_types_are_strict` draws any types and states our rule in SQL: `CASE WHEN typeof(…)` gives NULL where
types differ. Booleans are 0 and 1 in SQLite, so their columns hold nothing else. A missing field is NULL.
"""

import sqlite3
from random import Random

import pytest

from mockserver.domain.filters import (
    And,
    Arithmetic,
    Compare,
    In,
    IsNull,
    Like,
    Name,
    Negative,
    Not,
    Or,
    Value,
    field_in,
    parse,
    truth,
)

NUMBERS, TEXTS, BOOLEANS, MIXED = ("i", "j", "r"), ("t", "p.q"), ("yes", "no"), ("m", "n")
INTEGERS = [0, 1, 2, 3, 5, 7, -1, -2, -7, 10, 100, 2**31, 2**53 + 1, 2**63 - 1, -(2**63)]
REALS = [0.0, 0.5, 1.0, 2.0, -0.5, -2.5, 0.1, 1e16, 1e-7, 1e300, -1e300, 9.3e18]
WORDS = ["", "a", "A", "ab", "b", "a%", "a_b", "O'Brien", "''", '"', "é", "É", "😀", "1", "true", "a\nb", "\\"]
PATTERNS = ["", "%", "_", "a%", "%b", "%a%", "a_b", "_%", "%'%", "é", "A%", "__", "%_b", "a\\%", "%%", "%😀"]
COMPARISONS = ["=", "<>", "<", "<=", ">", ">="]
ROWS, FILTERS_OF_A_TABLE = 12, 200


class Drawing:
    """Draws trees and rows; a `strict` one draws only comparisons of one type and numbers in arithmetic."""

    def __init__(self, seed, *, strict):
        self.random = Random(seed)  # noqa: S311 - drawn for a test
        self.strict = strict

    def one(self, *choices):
        return self.random.choice(choices)

    def number(self):
        return self.random.choice(INTEGERS + REALS)

    def row(self):
        columns = {
            **{name: self.number() for name in NUMBERS},
            **{name: self.one(*WORDS) for name in TEXTS},
            **{name: self.one(True, False) for name in BOOLEANS},
            **{name: self.one(self.number(), self.one(*WORDS)) for name in MIXED},
        }
        return {name: self.one(None, value, value, value) for name, value in columns.items()}

    def operand(self, kind, depth=2):
        if kind == "number" and depth and self.random.random() < 0.5:
            return self.calculation(depth)
        if self.random.random() < 0.05:
            return Value(None)
        names = {"number": NUMBERS, "text": TEXTS, "boolean": BOOLEANS, "mixed": MIXED}[kind]
        if kind == "mixed" or self.random.random() < 0.6:
            return Name(tuple(self.random.choice(names).split(".")))
        return self.literal(kind)

    def literal(self, kind):
        return Value({"number": self.number, "text": lambda: self.one(*WORDS), "boolean": lambda: self.one(True, False)}[kind]())

    def calculation(self, depth):
        operand = lambda: self.operand("number" if self.strict else self.kind(), depth - 1)  # noqa: E731 - a short name for it
        if self.random.random() < 0.2:
            return Negative(operand())
        signs = self.one("+-", "*/%")
        return Arithmetic(operand(), tuple((self.random.choice(signs), operand()) for _ in range(self.one(1, 1, 2))))

    def kind(self):
        return self.one("number", "number", "text", "boolean") if self.strict else self.one("number", "text", "boolean", "mixed")

    def test(self):
        kind = self.kind()
        other = kind if self.strict else self.kind()
        shape = self.one("compare", "compare", "compare", "in", "like", "null")
        if shape == "compare":
            signs = COMPARISONS[:2] if "boolean" in (kind, other) else COMPARISONS
            return Compare(self.operand(kind), self.random.choice(signs), self.operand(other))
        if shape == "in":
            entries = [
                self.literal(kind if self.strict else self.one("number", "text", "boolean")) for _ in range(self.one(1, 2, 4))
            ]
            return In(self.operand(kind), tuple([*entries, Value(None)] if self.random.random() < 0.1 else entries))
        if shape == "like":
            return Like(self.operand("text" if self.strict else kind), self.one(*PATTERNS))
        return IsNull(self.operand(kind), self.one(True, False))

    def condition(self, depth=3):
        if not depth or self.random.random() < 0.3:
            return self.test()
        inner = lambda: self.condition(depth - 1)  # noqa: E731 - a short name for it
        match self.one("and", "or", "not", "and", "or", "null"):
            case "not":
                return Not(inner())
            case "null":
                return IsNull(inner(), self.one(True, False))
            case word:
                return (And if word == "and" else Or)(tuple(inner() for _ in range(self.one(2, 2, 3))))


class Writing:
    """Writes a tree as text, in one of its many spellings; own code, so that the product's printer is not its own judge."""

    RANKS = ((Or, 1), (And, 2), (Not, 3), (In, 4), (Like, 4), (IsNull, 4), (Compare, 5))

    def __init__(self, random):
        self.random = random

    def rank(self, node):
        if isinstance(node, Arithmetic):
            return 6 if node.steps[0][0] in "+-" else 7
        return next((rank for kind, rank in self.RANKS if isinstance(node, kind)), 9)

    def inside(self, node, above):
        text = self.text(node)
        return f"({text})" if self.rank(node) <= above or self.random.random() < 0.1 else text

    def word(self, word):
        return self.random.choice([word, word.lower(), word.title()])

    def text(self, node):
        match node:
            case Name() | Value() | Negative() | Arithmetic():
                return self.operand(node)
            case Not():
                return f"{self.word('NOT')} {self.inside(node.operand, 2)}"
            case And() | Or():
                rank, word = self.rank(node), "AND" if isinstance(node, And) else "OR"
                return f" {self.word(word)} ".join(self.inside(side, rank) for side in node.sides)
            case _:
                return self.test(node)

    def operand(self, node):
        match node:
            case Name():
                return f'"{".".join(node.path)}"' if len(node.path) > 1 or self.random.random() < 0.2 else node.path[0]
            case Value():
                return literal(node.value)
            case Negative():
                return f"-({self.text(node.operand)})"
            case Arithmetic():
                steps = "".join(f" {sign} {self.inside(step, self.rank(node))}" for sign, step in node.steps)
                return self.inside(node.first, self.rank(node)) + steps

    def test(self, node):
        match node:
            case Compare():
                sign = self.random.choice({"=": ["=", "=="], "<>": ["<>", "!="]}.get(node.operator, [node.operator]))
                return f"{self.inside(node.left, 5)} {sign} {self.inside(node.right, 5)}"
            case In():
                entries = ", ".join(literal(entry.value) for entry in node.among)
                return f"{self.inside(node.operand, 5)} {self.word('IN')} ({entries})"
            case Like():
                return f"{self.inside(node.operand, 5)} {self.word('LIKE')} {literal(node.pattern)}"
            case IsNull():
                return f"{self.inside(node.operand, 4)} {self.word('IS NOT NULL' if node.negated else 'IS NULL')}"


def literal(value):
    if isinstance(value, bool) or value is None:
        return {True: "TRUE", False: "false", None: "Null"}[value]
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


def kind_of(operand):
    match operand:
        case Name():
            name = ".".join(operand.path)
            known = {"number": NUMBERS, "text": TEXTS, "boolean": BOOLEANS, "mixed": MIXED}
            return next(kind for kind, names in known.items() if name in names)
        case Value():
            kinds = {bool: "boolean", int: "number", float: "number", str: "text"}
            return kinds.get(type(operand.value), "null")
        case _:
            return "number"


def sql_operand(operand):
    match operand:
        case Name():
            return '"' + ".".join(operand.path) + '"'
        case Value():
            return literal(operand.value)
        case Negative():
            return f"(- {sql_number(operand.operand)})"
        case Arithmetic():
            result = sql_number(operand.first)
            for sign, step in operand.steps:
                result = f"({result} {sign} {sql_number(step)})"
            return result


def sql_number(operand):
    return sql_as(operand, "number")


def sql_as(operand, kind):
    """Write the operand's value where it is of this type, NULL where it is of another one."""
    if kind_of(operand) == kind:
        return sql_operand(operand)
    if kind_of(operand) != "mixed" or kind == "boolean":
        return "NULL"
    types = {"number": "'integer', 'real'", "text": "'text'"}[kind]
    return f"CASE WHEN typeof({sql_operand(operand)}) IN ({types}) THEN {sql_operand(operand)} END"


def sql_comparison(left, sign, right):
    kinds = ["number", "text"] + (["boolean"] if sign in ("=", "<>") else [])
    return "coalesce(" + ", ".join(f"({sql_as(left, kind)}) {sign} ({sql_as(right, kind)})" for kind in kinds) + ")"


def sql(node):
    match node:
        case Compare():
            return sql_comparison(node.left, node.operator, node.right)
        case In():
            return "(" + " OR ".join(sql_comparison(node.operand, "=", entry) for entry in node.among) + ")"
        case Like():
            return f"(({sql_as(node.operand, 'text')}) LIKE {sql_operand(Value(node.pattern))})"
        case IsNull():
            operand = (
                sql_operand(node.operand) if isinstance(node.operand, Name | Value | Negative | Arithmetic) else sql(node.operand)
            )
            return f"(({operand}) IS {'NOT ' if node.negated else ''}NULL)"
        case Not():
            return f"(NOT {sql(node.operand)})"
        case And() | Or():
            return "(" + (" AND " if isinstance(node, And) else " OR ").join(map(sql, node.sides)) + ")"


def table_of(rows):
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA case_sensitive_like = ON")
    names = [*NUMBERS, *TEXTS, *BOOLEANS, *MIXED]
    columns = ", ".join(f'"{name}"' for name in names)
    database.execute(f"CREATE TABLE rows ({columns})")
    filling = f"INSERT INTO rows VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - only question marks
    database.executemany(filling, [[row[name] for name in names] for row in rows])
    return database


def metadata_of(row, random):
    """Write a row as metadata: null or nothing for NULL, the dotted name as a nested field or as a key."""
    known = {name: value for name, value in row.items() if value is not None or random.random() < 0.5}
    if "p.q" in known and random.random() < 0.5:
        known["p"] = {"q": known.pop("p.q")}
    return known


def truths(database, condition):
    told = database.execute(f"SELECT {condition} FROM rows ORDER BY rowid")  # noqa: S608 - drawn here
    return [None if truth_ is None else bool(truth_) for (truth_,) in told]


def differences(seed, *, strict):
    """Return the filters, of those drawn from a seed, that the two judge differently in some row."""
    drawing = Drawing(seed, strict=strict)
    writing = Writing(drawing.random)
    rows = [drawing.row() for _ in range(ROWS)]
    objects = [metadata_of(row, drawing.random) for row in rows]
    database = table_of(rows)
    for _ in range(FILTERS_OF_A_TABLE):
        tree = drawing.condition()
        text = writing.text(tree)
        node = parse(text)
        ours = [truth(node, lambda path, metadata=metadata: field_in(metadata, path)) for metadata in objects]
        theirs = truths(database, text if strict else sql(tree))
        if ours != theirs:
            yield text, [(row, our, their) for row, our, their in zip(rows, ours, theirs, strict=True) if our is not their]


@pytest.mark.parametrize("seed", range(20))
def test_sqlite_reads_the_same_text(seed):
    assert next(differences(seed, strict=True), None) is None


@pytest.mark.parametrize("seed", range(20, 40))
def test_types_are_strict(seed):
    assert next(differences(seed, strict=False), None) is None
