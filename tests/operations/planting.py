"""Bodies with a secret of its own in every field that the document marks, made from the document's shapes and schemas."""

import base64
import json
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import quote, quote_plus

from tests.spec.samples import SMALL_AGENT

NEEDED = {"createAgent": SMALL_AGENT, "replaceAgent": SMALL_AGENT}
FORMS = (
    str,
    quote,
    quote_plus,
    lambda secret: quote(secret, safe=""),
    lambda secret: quote(secret, safe="/!$&'()*+,;=:@~"),
    lambda secret: json.dumps(secret)[1:-1],
    lambda secret: repr(secret)[1:-1],
    lambda secret: base64.b64encode(secret.encode()).decode().rstrip("=")[:-1],
)
_ROUNDS = 12
_HEADER = "Authorization"


@dataclass
class Planted:
    """The secrets that were planted, each with the place of its field."""

    places: dict[str, str] = field(default_factory=dict)
    _numbers: count = field(default_factory=lambda: count(1))

    def new(self, place):
        secret = f"planted-{next(self._numbers):03}-zq/w+x y"
        self.places[secret] = place
        return secret

    def found_in(self, text):
        """Name the places of the secrets that a text tells, in whatever form."""
        return sorted(place for secret, place in self.places.items() if any(write(secret) in text for write in FORMS))

    def bodies(self, operation):
        """Make bodies that the operation takes and that have a secret in every place; none where it takes no secret."""
        if not operation.secrecy.request:
            return
        for tree in _trees(operation.secrecy.request, operation.id, self.new):
            yield _fitting(operation.body.validator, {**NEEDED.get(operation.id, {}), **tree})


def leaves_of(shape, place=""):
    """Name every place of a shape that is secret."""
    if shape.is_secret:
        return {place}
    found = {f"{place}:{_HEADER}"} if shape.headers else set()
    for name, inner in shape.fields.items():
        found |= leaves_of(inner, f"{place}/{name}")
    for inner in filter(None, (shape.others, shape.items)):
        found |= leaves_of(inner, f"{place}/*")
    for value, inner in shape.branches.items():
        found |= leaves_of(inner, f"{place}<{value}>")
    return found


def _trees(shape, place, new):
    """Grow values in which each secret place is filled once."""
    if shape.is_secret:
        yield new(place)
        return
    grown = {_HEADER: new(f"{place}:{_HEADER}")} if shape.headers else {}
    inner = {name: list(_trees(one, f"{place}/{name}", new)) for name, one in shape.fields.items()}
    if shape.others:
        several = list(_trees(shape.others, f"{place}/*", new))
        inner |= {f"planted_{number}": [one] for number, one in enumerate(several)}
    branches = [
        tree | ({} if value is None else {shape.choice: value})
        for value, one in shape.branches.items()
        for tree in _trees(one, f"{place}<{value}>", new)
    ]
    if shape.items:
        yield list(_trees(shape.items, f"{place}/*", new))
        return
    for index in range(max([len(branches), *map(len, inner.values()), 1])):
        own = {name: trees[min(index, len(trees) - 1)] for name, trees in inner.items()}
        yield grown | own | (branches[min(index, len(branches) - 1)] if branches else {})


def _fitting(validator, body):
    """Mend a body until it fits its schema, by what the problems ask for."""
    for _ in range(_ROUNDS):
        problems = validator.problems(body)
        if not problems:
            return body
        for pointer, reason in problems.items():
            _mend(body, pointer.split("/")[1:], reason)
    raise AssertionError(f"no body with all secrets fits: {problems}; {json.dumps(body)}")


def _mend(body, steps, reason):
    *way, last = steps
    holder = body
    for step in way:
        holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    last = int(last) if isinstance(holder, list) else last
    if reason.startswith("is required"):
        holder[last] = "x"
    elif reason.startswith("must be of type object"):
        holder[last] = {"planted": holder[last]}
    elif reason.startswith("must be of type array"):
        holder[last] = [holder[last]]
    elif reason.startswith("must be a uri"):
        holder[last] = "https://www.example.com/token"
    elif reason.startswith("must be one of '"):
        holder[last] = reason.split("'")[1]
