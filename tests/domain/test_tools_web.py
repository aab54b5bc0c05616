import socket
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.arrange import examples
from tests.domain.tool_calls import Bench

BENCH = Bench()
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
RESERVED = (".example", ".test", "example.com", "example.org", "example.net")
URL = "https://notes.example/password/guide-1"


def pages(query="password reset", bench=BENCH, **arguments):
    return bench.output("web_search", arguments={"query": query, **arguments})["results"]


def get(url=URL, bench=BENCH, **arguments):
    return bench.output("web_get", arguments={"url": url, **arguments})


def hosts(results):
    return {urlsplit(result["url"]).hostname for result in results}


def test_a_search_finds_five_fictional_pages_best_first():
    results = pages()

    assert len({result["url"] for result in results}) == 5
    assert all(set(result) == {"title", "url", "content", "score"} for result in results)
    assert all(result["content"].endswith("(A fictional page.)") for result in results)
    scores = [result["score"] for result in results]
    assert scores == sorted(scores, reverse=True)
    assert 0 < scores[-1] < scores[0] < 1
    assert results[0]["title"].startswith("Password reset")


@examples(60)
@given(TEXTS, st.integers(1, 20))
def test_every_page_found_lies_on_a_reserved_host_and_is_the_page_that_is_there(query, limit):
    results = pages(query, limit=limit)

    assert results == pages(query, limit=20)[:limit]
    assert len({result["url"] for result in results}) == limit
    assert all(host.endswith(RESERVED) for host in hosts(results))
    for result in results[:2]:
        page = get(result["url"])["content"]
        assert page.startswith(f"# {result['title']}\n\nThis page is fictional")
        assert result["content"].removesuffix(" (A fictional page.)")[:60] in page.replace("\n\n", " ")


def test_the_seed_and_the_query_decide_what_is_found():
    assert pages() == pages(bench=Bench())
    assert pages() != pages(bench=Bench(seed=2))
    assert pages("x") != pages("y")


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"include_domains": ["shop.example"]}, {"shop.example"}),
        ({"include_domains": ["A.example", "*.b.example"]}, {"a.example", "b.example"}),
        ({"include_domains": ["a.example", "www.a.example", "b.test"], "exclude_domains": ["a.example"]}, {"b.test"}),
        ({"exclude_domains": ["example", "test"], "limit": 20}, {"www.example.com", "blog.example.org", "data.example.net"}),
        ({"include_domains": ["a.example"], "exclude_domains": ["a.example"]}, set()),
    ],
)
def test_domains_are_kept_to(arguments, found):
    assert hosts(pages(**arguments)) == found


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({}, "query is missing"),
        ({"query": ""}, "query must be a text, not an empty one"),
        ({"query": 5}, "query must be a text, not a number"),
        ({"query": "x", "limit": 0}, "limit must be an integer from 1 to 20, not 0"),
        ({"query": "x", "limit": 21}, "limit must be an integer from 1 to 20, not 21"),
        ({"query": "x", "limit": "5"}, "limit must be an integer from 1 to 20, not a text"),
        ({"query": "x", "limit": float("inf")}, "limit must be an integer from 1 to 20, not a number"),
        ({"query": "x", "limit": True}, "limit must be an integer from 1 to 20, not a boolean"),
        ({"query": "x", "provider": "bing"}, "provider must be one of tavily"),
        ({"query": "x", "include_domains": "a.example"}, "include_domains must be a list of texts"),
        ({"query": "x", "include_domains": [1]}, "include_domains must be a list of texts"),
        ({"query": "x", "exclude_domains": ["a.example"] * 51}, "exclude_domains may have 50 entries, it has 51"),
        (
            {"query": "x", "include_domains": ["a.example", "https://b.example/"]},
            "include_domains[1] must be the name of a domain",
        ),
    ],
)
def test_wrong_arguments_of_a_search_are_named(arguments, named):
    assert BENCH.problem("web_search", arguments=arguments).startswith(f"INVALID_ARGUMENT: {named}")


def test_a_page_comes_with_its_url_and_its_state():
    output = get()

    assert set(output) == {"url", "status_code", "content", "truncated"}
    assert (output["url"], output["status_code"], output["truncated"]) == (URL, 200, False)
    assert output["content"].startswith("# Password guide 1\n")


@pytest.mark.parametrize(
    "url",
    [
        "https://www.acme.com/",
        "http://10.0.0.1:8080/x?y#z",
        "ftp://acme.com/f",
        "file:///etc/passwd",
        "data:,x",
        "HTTPS://日本.jp/é",
    ],
)
def test_every_address_has_a_page_that_says_that_it_is_fictional_and_nothing_is_connected_to(url, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    assert "This page is fictional" in get(url)["content"]
    assert "the mock never leaves this machine" in get(url)["content"]


@pytest.mark.parametrize("url", ["www.example.com", "/x", "http://[", "", "//a.example/"])
def test_what_is_no_address_is_refused(url):
    assert BENCH.problem("web_get", arguments={"url": url}).startswith("INVALID_ARGUMENT: url ")


def test_a_page_depends_on_its_address_without_the_fragment_and_on_the_seed():
    assert get(URL)["content"] == get(f"{URL}#part")["content"] == get(URL, method="POST", body="x")["content"]
    assert get(URL)["content"] == get(bench=Bench())["content"]
    assert get(URL)["content"] != get(bench=Bench(seed=2))["content"]
    assert get(URL)["content"] != get(f"{URL}0")["content"]


def test_head_gets_no_content():
    assert get(method="HEAD") == {"url": URL, "status_code": 200, "content": "", "truncated": False}


def test_headers_and_credentials_are_not_repeated():
    planted = "s3cret-header"
    auth = {"type": "header", "header": "X-Own", "value": planted}

    assert planted not in repr(get(headers={"Authorization": planted}, auth=auth, body=planted))


@examples(100)
@given(
    st.none() | st.integers(0, 40),
    st.none() | st.integers(0, 40),
    st.none() | st.integers(0, 3000),
    st.sampled_from(["é", "日本", "x"]),
)
def test_a_part_of_a_page_is_its_first_and_last_lines_within_the_bytes(head, tail, most, topic):
    url = f"https://notes.example/{topic}"
    whole = get(url)["content"]
    lines = whole.splitlines(keepends=True)
    asked = {"head_lines": head, "tail_lines": tail, "max_content_bytes": most}

    output = get(url, **{name: value for name, value in asked.items() if value is not None})

    kept = [
        line
        for number, line in enumerate(lines)
        if (head is None and tail is None) or number < (head or 0) or number >= len(lines) - (tail or 0)
    ]
    expected = "".join(kept)
    assert expected.startswith(output["content"])
    assert output["truncated"] is (output["content"] != whole)
    if most is None:
        assert output["content"] == expected
    else:
        assert len(output["content"].encode()) <= most
        assert output["content"] == expected or len(expected[: len(output["content"]) + 1].encode()) > most


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"method": "TRACE"}, "method must be one of GET, POST"),
        ({"headers": "x"}, "headers must be an object"),
        ({"auth": []}, "auth must be an object"),
        ({"body": {}}, "body must be a text"),
        ({"ssl_verify": "no"}, "ssl_verify must be a boolean"),
        ({"follow_redirects": 1}, "follow_redirects must be a boolean"),
        ({"timeout_seconds": 0}, "timeout_seconds must be an integer of at least 1"),
        ({"head_lines": -1}, "head_lines must be an integer of at least 0"),
        ({"tail_lines": "3"}, "tail_lines must be an integer of at least 0"),
        ({"max_content_bytes": 1.5}, "max_content_bytes must be an integer of at least 0"),
    ],
)
def test_wrong_arguments_of_a_get_are_named(arguments, named):
    problem = BENCH.problem("web_get", arguments={"url": URL, **arguments})

    assert problem.startswith(f"INVALID_ARGUMENT: {named}")
