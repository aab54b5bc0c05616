"""What can go wrong with a template, and where in the text it did."""

from bisect import bisect_right


class TemplateError(Exception):
    """A template cannot be parsed or rendered; says where and what was expected."""

    def __init__(self, problem: str, *, line: int, column: int) -> None:
        super().__init__(f"line {line}, column {column}: {problem}")
        self.problem = problem
        self.line = line
        self.column = column


class Fault(Exception):  # noqa: N818 - a TemplateError comes of it
    """Something went wrong with a value; the renderer, which knows the place, makes a TemplateError of it."""


class Places:
    """Turns an offset into a line and a column, both from 1."""

    def __init__(self, text: str, within: tuple[int, int] | None = None) -> None:
        """Prepare for `text`; a text `within` another, a string literal, has one place as a whole."""
        self.within = within
        self.starts = [0, *(at + 1 for at, character in enumerate(text) if character == "\n")]

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column."""
        if self.within:
            return self.within
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def error(self, problem: str, offset: int) -> TemplateError:
        """Make the error for `problem` at an offset."""
        line, column = self.place(offset)
        return TemplateError(problem, line=line, column=column)
