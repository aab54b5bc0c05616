"""A cursor over the template's text, the words of the language, and the error that names line and column."""

import re

NAME = r"[a-zA-Z_][a-zA-Z0-9_-]*"
FORMAL = re.compile(rf"\$(!?)\{{({NAME}(?:\.{NAME})*)\}}")
SHORT = re.compile(rf"\$(!?)({NAME}(?:\.{NAME})*)")
DIRECTIVE = re.compile(r"#(?:\{([a-z]+)\}|([a-z]+))")
LINE_COMMENT = re.compile(r"##[^\n]*(?:\n|\Z)")
BLOCK_COMMENT = re.compile(r"#\*.*?\*#", re.DOTALL)
END_OF_LINE = re.compile(r"[ \t]*\r?\n")
SPACE = re.compile(r"\s*")
OPERATOR = re.compile(r"==|!=|<=|>=|&&|\|\||[<>!()]")
WORD_OPERATOR = re.compile(r"(eq|ne|le|ge|lt|gt|and|or|not)\b")
STRING = re.compile(r"'([^']*)'|\"([^\"]*)\"")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
BOOLEAN = re.compile(r"(true|false)\b")


class TemplateError(Exception):
    """A template cannot be parsed or rendered; says where and what was expected."""

    def __init__(self, problem: str, *, line: int, column: int) -> None:
        super().__init__(f"line {line}, column {column}: {problem}")
        self.line = line
        self.column = column


class Cursor:
    """Where the parser stands in the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    @property
    def is_at_end(self) -> bool:
        """Say whether nothing is left."""
        return self.at >= len(self.text)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Match `pattern` here and step over it."""
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()
        return match

    def error(self, problem: str, *, at: int | None = None) -> TemplateError:
        """Make the error for `problem` at a place, by default here."""
        at = self.at if at is None else at
        line = self.text.count("\n", 0, at) + 1
        return TemplateError(problem, line=line, column=at - (self.text.rfind("\n", 0, at) + 1) + 1)
