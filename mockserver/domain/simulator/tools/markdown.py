"""Texts of several formats as Markdown, and Markdown in sections."""

import csv
import html
import io
import re
from collections.abc import Iterator

_TAG_NAME = re.compile(r"/?[a-zA-Z][a-zA-Z0-9]*")
_UNSEEN = frozenset({"script", "style", "template"})
_OPENING = {"li": "\n- ", "br": "\n", "td": " | ", "th": " | ", "tr": "\n", "hr": "\n\n---\n\n"}
_BLOCKS = frozenset(
    "p div section article header footer main ul ol table blockquote pre h1 h2 h3 h4 h5 h6 title aside nav form body".split()  # noqa: SIM905 - a list of words reads best as text
)
_HEADING = re.compile(r"(#{1,6})\s+(.+)")
_FENCE = re.compile(r"`{3,}")
_SPACES = re.compile(r"[ \t\r\f\v]+")


def as_markdown(text: str, format_: str) -> str:
    """Write a text of this format as Markdown; a format that is not known is taken for plain text."""
    match format_:
        case "html":
            return _html_as_markdown(text)
        case "csv":
            return _table_as_markdown(text, ",")
        case "tsv":
            return _table_as_markdown(text, "\t")
        case "json":
            return _fenced(text, "json")
        case _:
            return text


def sections_of(markdown: str) -> list[dict[str, str]]:
    """Cut Markdown at its headings: title and text of each section, the first perhaps without a title."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    fence = ""
    for line in markdown.split("\n"):
        if mark := _FENCE.match(line):
            fence = _after(mark.group(), fence)
        heading = None if fence else _HEADING.fullmatch(line.rstrip())
        if heading:
            sections.append((heading.group(2), []))
        else:
            sections[-1][1].append(line)
    told = [(title, "\n".join(lines).strip()) for title, lines in sections]
    return [{**({"title": title} if title else {}), "text": text} for title, text in told if title or text]


def _after(mark: str, fence: str) -> str:
    """Return the fence that is open after a mark: code ends with one that is at least as long as that with which it began."""
    return mark if not fence else "" if len(mark) >= len(fence) else fence


def _fenced(text: str, language: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}\n"


def _table_as_markdown(text: str, delimiter: str) -> str:
    """Write rows as a table whose first row is the head; what cannot be read as rows is kept as it is."""
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    except csv.Error:
        return _fenced(text, "")
    if not rows:
        return ""
    head, *rest = (f"| {' | '.join(map(_cell, row))} |" for row in rows)
    return "\n".join((head, "|" + " --- |" * len(rows[0]), *rest)) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _html_as_markdown(text: str) -> str:
    unseen = ""
    written: list[str] = []
    for kind, what in _tokens(text):
        if kind == "text":
            written.append("" if unseen else _SPACES.sub(" ", html.unescape(what).replace("\n", " ")))
            continue
        name = what.removeprefix("/")
        if name in _UNSEEN:
            unseen = "" if what == f"/{unseen}" else unseen or ("" if what.startswith("/") else name)
        elif not unseen:
            written.append(_mark(what, name))
    lines = (line.strip() for line in "".join(written).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _mark(tag: str, name: str) -> str:
    if re.fullmatch(r"h[1-6]", tag):
        return "\n\n" + "#" * int(tag[1]) + " "
    if name in _BLOCKS:
        return "\n\n"
    return _OPENING.get(tag, "")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Cut HTML into texts and the names of its tags, in one pass whatever it is: a tag that does not end is text."""
    at = 0
    while (start := text.find("<", at)) >= 0:
        name = _TAG_NAME.match(text, start + 1)
        if name is None and text[start + 1 : start + 2] not in {"!", "?", "/"}:
            yield "text", text[at : start + 1]
            at = start + 1
            continue
        yield "text", text[at:start]
        closing = "-->" if text.startswith("<!--", start) else ">"
        end = text.find(closing, start)
        if end < 0:
            at = start if closing == ">" else len(text)
            break
        at = end + len(closing)
        if name:
            yield "tag", name.group().lower()
    yield "text", text[at:]
