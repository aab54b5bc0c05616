"""Which words the rendered instructions want every answer to begin with."""

import re
from functools import lru_cache

_SENTENCE = re.compile(
    r"""(?:^|(?<=[.!?。]))[^\S\n]*+
        (?!(?:if|when|unless|in\ case)\b)  # names a choice and demands nothing
        [^.!?\n"“”«»„]{0,60}?\b(?:begin|start|open)\b
        [^.!?\n"“”«»„]{0,40}?\b(?:answers?|repl(?:y|ies)|responses?|messages?)\b
        [^.!?\n"“”«»„]{0,20}?\bwith\b[^.!?\n"“”«»„]{0,30}?
        (?:"([^"\n]{1,200})"|[“„]([^“”\n]{1,200})[“”]|«\s?([^«»\n]{1,200}?)\s?»)""",
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)


@lru_cache(maxsize=1000)
def opening_of(instructions: str) -> str:
    """Return the words, in quotes there, that answers are to begin with; the last plain demand wins, nothing without any.

    `Begin every answer with "Grüezi".` is such a demand; a sentence with a condition in front is not.
    """
    demands = [next(filter(None, found.groups())) for found in _SENTENCE.finditer(instructions)]
    return demands[-1] if demands else ""
