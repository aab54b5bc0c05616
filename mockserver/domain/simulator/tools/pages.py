"""A web that is not there: every address has a page, made from the address and the seed alone. Nothing is ever fetched."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from mockserver.domain.ports import Ids
from mockserver.domain.simulator.tools.fiction import paragraphs
from mockserver.domain.words import terms

HOSTS = (
    "guides.example",
    "notes.example",
    "www.example.com",
    "forum.example",
    "blog.example.org",
    "press.example",
    "data.example.net",
    "library.test",
)
"""Hosts of names that are reserved for examples and tests (RFC 2606): nobody owns them."""
NOTICE = (
    "This page is fictional: the mock server made it up from its address and the seed. "
    "Nothing was fetched, the mock never leaves this machine."
)
_KINDS = ("guide", "overview", "questions", "report", "history", "checklist", "comparison", "news")
_WORD = re.compile(r"[^\W_]+")
_LONGEST_TOPIC = 60


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its address, its title and its text."""

    url: str
    title: str
    paragraphs: Sequence[str]

    @property
    def text(self) -> str:
        """The whole page as text: the title, the notice that it is fictional, its paragraphs."""
        return "\n\n".join((f"# {self.title}", NOTICE, *self.paragraphs)) + "\n"


def page_at(url: str, ids: Ids) -> Page:
    """Return the page of an address. What stands behind `#` makes no difference. Raises ValueError for no address."""
    parts = urlsplit(url)
    if not parts.scheme:
        raise ValueError("it has no scheme such as https://")
    topic = " ".join(_WORD.findall(unquote(parts.path))).lower()[:_LONGEST_TOPIC].strip()
    topic = topic or parts.hostname or parts.scheme
    random = ids.random_for("web page", url.partition("#")[0])
    return Page(url, topic[:1].upper() + topic[1:], paragraphs(topic, random, random.randint(4, 9)))


def addresses(query: str, hosts: Sequence[str], ids: Ids, number: int) -> list[str]:
    """Return the addresses of pages on what a query asks, all different; of fewer the first ones."""
    random = ids.random_for("web search", query)
    words = " ".join(terms(query)[:4])[:_LONGEST_TOPIC].strip() or "topic"
    slug = quote(words.replace(" ", "-"))
    first = random.randrange(len(hosts))
    numbers = random.sample(range(100, 1000), number)
    return [
        f"https://{hosts[(first + index) % len(hosts)]}/{slug}/{random.choice(_KINDS)}-{numbers[index]}"
        for index in range(number)
    ]
