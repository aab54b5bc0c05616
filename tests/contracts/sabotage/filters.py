"""Servers that each understand one thing in filters wrongly: a sound mock is given another filter than the one that was sent."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from mockserver.app import create_app
from tests.contracts.sabotage.making import SETTINGS, Wsgi, json_requests, sized, wrapped

PARAMETER = "metadata_filter"


def _of_listings(change: Callable[[str], str], *, when: Callable[[dict[str, str]], bool] = lambda _: True) -> Wsgi:
    """Make a server that reads another filter of a listing."""

    def altered(environ: dict[str, Any]) -> None:
        query = dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True))
        if PARAMETER in query and when(query):
            environ["QUERY_STRING"] = urlencode(query | {PARAMETER: change(query[PARAMETER])})

    return wrapped(altered)


def _of_queries(change: Callable[[str], str]) -> Wsgi:
    """Make a server that reads another filter of a query of a corpus."""

    def changed(_method: str, path: str, body: Any) -> Any:
        if not path.endswith("/query"):
            return body
        return {**body, "search": {**body["search"], PARAMETER: change(body["search"][PARAMETER])}}

    return json_requests(changed)


def takes_null_for_different() -> Wsgi:
    return _of_listings(lambda text: re.sub(r"(\S+) (<>|!=) ('[^']*'|[^\s)]+)", r"(\g<0> OR \1 IS NULL)", text))


def knows_no_not_null() -> Wsgi:
    return _of_listings(lambda text: text.replace("IS NOT NULL", "IS NULL"))


def takes_or_for_and() -> Wsgi:
    return _of_listings(lambda text: text.replace(" OR ", " AND "))


def forgets_the_right_side_of_and() -> Wsgi:
    return _of_listings(lambda text: re.sub(r"^\((.*?)\) AND \(.*\)$", r"(\1)", text))


def binds_or_tighter_than_and() -> Wsgi:
    return _of_listings(lambda text: re.sub(r"^([^()]*?) OR ([^()]*?) AND ([^()]*)$", r"(\1 OR \2) AND \3", text))


def leaves_equals_out() -> Wsgi:
    return _of_listings(lambda text: text.replace("<=", "<"))


def takes_the_first_of_a_list() -> Wsgi:
    return _of_listings(lambda text: re.sub(r"IN \(([^,()]+),[^()]*\)", r"IN (\1)", text))


def knows_no_sign_for_any_text() -> Wsgi:
    return _of_listings(lambda text: re.sub(r"LIKE '%+", "LIKE '", text))


def filters_the_first_page_alone() -> Wsgi:
    return _of_listings(lambda _: "1 = 1", when=lambda query: "page_key" in query)


def takes_every_year_for_a_smaller_one() -> Wsgi:
    return _of_queries(lambda text: text.replace("doc.year <=", "doc.year <"))


def forgets_not_in_queries() -> Wsgi:
    return _of_queries(lambda text: text.replace("NOT ", ""))


def gives_everything_for_what_it_cannot_read() -> Wsgi:
    app = create_app(SETTINGS)

    def altered(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        started: list[Any] = []
        chunks = app(environ, lambda status, headers, _=None: started.extend((status, headers)))
        if started[0].startswith("400") and PARAMETER in environ["QUERY_STRING"]:
            b"".join(chunks)
            query = dict(parse_qsl(environ["QUERY_STRING"]))
            del query[PARAMETER]
            return app({**environ, "QUERY_STRING": urlencode(query)}, sized(start_response))
        start_response(*started)
        return chunks

    return altered
