"""Values that fit the JSON schema of a structured output (api-facts §2.6), as an agent's model would write them."""

from random import Random
from typing import Any

from mockserver.domain.structured.hint import Hint
from mockserver.domain.structured.keywords import Part, Unsatisfiable
from mockserver.domain.structured.make import value_at
from mockserver.domain.structured.place import Means, Place
from mockserver.domain.structured.schemas import Schemas
from mockserver.domain.values import JsonObject

__all__ = ["Unsatisfiable", "value_for"]


def value_for(schema: JsonObject, random: Random, *, hint: str = "") -> Any:
    """Make a value that fits the schema, the same for the same state of `random`.

    `hint` is the user's message: an enum value that it names is preferred, and texts speak of it. References lead into the
    schema itself (`#/$defs/…`). Raises Unsatisfiable, with a JSON pointer, where no value can fit or where none was found
    because the schema is beyond what is supported; `keywords` says what that is.
    """
    return value_at(Place((Part(schema, ""),), name="", depth=0), Means(Schemas(schema), random, Hint.of(hint)))
