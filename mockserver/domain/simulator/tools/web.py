"""The web tools, on a web that is not there (`pages`)."""

import re
from collections.abc import Sequence

from mockserver.domain.ports import Ids
from mockserver.domain.simulator.calls import ToolFailure
from mockserver.domain.simulator.prose import shortened
from mockserver.domain.simulator.tools.arguments import check_kind, number, one_of, text, texts
from mockserver.domain.simulator.tools.invocation import Answer, Invocation
from mockserver.domain.simulator.tools.lines import lines_of, within_bytes
from mockserver.domain.simulator.tools.pages import HOSTS, addresses, page_at
from mockserver.domain.values import JsonObject

MOST_RESULTS, DEFAULT_RESULTS = 20, 5
MOST_DOMAINS = 50
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
_LONGEST_EXTRACT = 300
_BEST_SCORE, _SCORE_FALLS = 0.97, 0.92
_UNTOLD = "https://www.example.com/"
_DOMAIN = re.compile(r"(?:\*\.)?([\w-]+(?:\.[\w-]+)*)")
_KINDS_OF_ARGUMENTS = (
    ("headers", dict, "an object"),
    ("auth", dict, "an object"),
    ("body", str, "a text"),
    ("follow_redirects", bool, "a boolean"),
    ("ssl_verify", bool, "a boolean"),
)


class WebSearch:
    """Searches the fictional web."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids

    def __call__(self, invocation: Invocation) -> Answer:
        """Return title, url, content and score of pages, best first, the same for the same query and seed.

        Pages lie on reserved hosts, unless `include_domains` asks for others.
        """
        arguments = invocation.arguments
        text(arguments, "query")
        one_of(arguments, "provider", ("tavily",), "tavily")
        limit = number(arguments, "limit", least=1, most=MOST_RESULTS) or DEFAULT_RESULTS
        hosts = _hosts(_domains(arguments, "include_domains"), _domains(arguments, "exclude_domains"))
        found = addresses(invocation.told("query"), hosts, self._ids, MOST_RESULTS)[:limit] if hosts else []
        return Answer({"results": [self._result(url, index) for index, url in enumerate(found)]})

    def _result(self, url: str, index: int) -> JsonObject:
        page = page_at(url, self._ids)
        extract = shortened(" ".join(page.paragraphs), _LONGEST_EXTRACT)
        score = round(_BEST_SCORE * _SCORE_FALLS**index, 4)
        return {"title": page.title, "url": url, "content": f"{extract} (A fictional page.)", "score": score}


def _domains(arguments: JsonObject, name: str) -> list[str]:
    domains = []
    for index, domain in enumerate(texts(arguments, name, most=MOST_DOMAINS)):
        match = _DOMAIN.fullmatch(domain.strip())
        if match is None:
            raise ToolFailure(f"INVALID_ARGUMENT: {name}[{index}] must be the name of a domain, such as example.com")
        domains.append(match.group(1).lower())
    return domains


def _hosts(included: Sequence[str], excluded: Sequence[str]) -> list[str]:
    return [host for host in included or HOSTS if not any(host == domain or host.endswith(f".{domain}") for domain in excluded)]


class WebGet:
    """Reads a page of the fictional web."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids

    def __call__(self, invocation: Invocation) -> Answer:
        """Return url, status_code, content and truncated (api-facts §4.10). Headers and credentials are never repeated."""
        arguments = invocation.arguments
        method = one_of(arguments, "method", METHODS, "GET")
        for name, wanted, words in _KINDS_OF_ARGUMENTS:
            check_kind(arguments, name, wanted, words)
        number(arguments, "timeout_seconds", least=1)
        url, told = text(arguments, "url"), invocation.told("url")
        try:
            page = page_at(url, self._ids)
        except ValueError as error:
            raise ToolFailure(f"INVALID_ARGUMENT: url is not an absolute address: {error}") from error
        whole = (page if url == told else page_at(_UNTOLD, self._ids)).text
        content = _part(whole, arguments)
        if method == "HEAD":
            return Answer({"url": told, "status_code": 200, "content": "", "truncated": False})
        return Answer({"url": told, "status_code": 200, "content": content, "truncated": content != whole})


def _part(whole: str, arguments: JsonObject) -> str:
    """Keep the first and the last lines asked for, then as many bytes as are allowed."""
    lines = lines_of(whole)
    head = number(arguments, "head_lines", least=0)
    tail = number(arguments, "tail_lines", least=0)
    most = number(arguments, "max_content_bytes", least=0)
    if head is not None or tail is not None:
        first, last = head or 0, max(len(lines) - (tail or 0), 0)
        lines = lines if first >= last else lines[:first] + lines[last:]
    content = "".join(lines)
    return content if most is None else within_bytes(content, most)
