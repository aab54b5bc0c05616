"""The documented forms of templates and of pinned arguments (api-facts §2.9, §5.2), and templates that the suite renders."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

CONTEXT: Mapping[str, Any] = {
    "name": "Jo",
    "tier": "gold",
    "count": 3,
    "on": True,
    "off": False,
    "address": {"city": "Bern", "geo": {"zip": "3000"}},
    "tags": ["a", "b"],
    "probe": "${session.metadata.name} #set($x = 1) $session.metadata.name",
}
"""What the templates of the table are rendered with, as `session.metadata`."""

_NAME = r"[A-Za-z]\w*"


@dataclass(frozen=True, slots=True)
class Form:
    """A form, and the pattern by which a template is told to have it."""

    name: str
    pattern: str


FORMS = (
    Form("${reference}", rf"\$\{{{_NAME}"),
    Form("$reference", rf"\${_NAME}"),
    Form("nested reference", rf"\$!?\{{?session\.metadata\.{_NAME}\.{_NAME}"),
    Form("quiet reference", rf"\$!\{{?{_NAME}"),
    Form("#if with a comparison", r"#(else)?if\s*\([^#]*(==|!=|<|>)"),
    Form("#if with a presence", rf"#(else)?if\s*\(\s*\$\{{?{_NAME}[\w.]*\}}?\s*\)"),
    Form("#if with && or !", r"#(else)?if\s*\([^#]*(&&|\|\||!\$|!\()"),
    Form("#elseif", r"#\{?elseif"),
    Form("#else", r"#\{?else\b(?!if)"),
    Form("comment", r"##|#\*"),
    Form("#foreach", r"#foreach"),
    Form("#set", r"#set"),
    Form("plain $ and #", r"\$\d|#\d"),
)

VECTORS = (
    ("Hello ${session.metadata.name}!", "Hello Jo!"),
    ("Hello $session.metadata.name.", "Hello Jo."),
    ("${session.metadata.address.city} ${session.metadata.address.geo.zip}", "Bern 3000"),
    ("$!{session.metadata.missing}|", "|"),
    ('#if(${session.metadata.tier} == "gold")Priority#else Standard#end', "Priority"),
    ("#if($session.metadata.department)D#{else}none#end", "none"),
    ("#if($session.metadata.on && !$session.metadata.off)yes#end", "yes"),
    ("#if($session.metadata.count > 2)many#elseif($session.metadata.count == 2)two#{else}few#end", "many"),
    ("$session.metadata.count and $session.metadata.on", "3 and true"),
    ("## a comment\nText", "Text"),
    ("#foreach($t in $session.metadata.tags)$t#if($foreach.hasNext), #end#end", "a, b"),
    ("#set($who = $session.metadata.name)$who and $who", "Jo and Jo"),
    ("Costs $5, see #1", "Costs $5, see #1"),
)
"""Templates that have these forms, and what they become."""

OVERRIDE_FORMS = (
    Form("${reference} in an override", rf"\$\{{{_NAME}"),
    Form('{"$ref"} in an override', rf"^\.?{_NAME}\."),
)
"""Of the values of a pinned argument: a text with references, and the path of a `$ref`."""


def forms_of(template: str) -> Iterator[str]:
    """Name the forms that a template has."""
    return (form.name for form in FORMS if re.search(form.pattern, template))


def override_forms_of(override: Any) -> Iterator[str]:
    """Name the forms that a pinned argument has."""
    text, reference = OVERRIDE_FORMS
    if isinstance(override, str):
        if re.search(text.pattern, override):
            yield text.name
    elif isinstance(override, Mapping):
        path = override.get("$ref")
        if isinstance(path, str) and re.search(reference.pattern, path):
            yield reference.name
        for inner in override.values():
            yield from override_forms_of(inner)
    elif isinstance(override, list):
        for inner in override:
            yield from override_forms_of(inner)
