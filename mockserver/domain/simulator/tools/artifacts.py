"""Read a file of the session: as text by lines, or as base64."""

import base64

from mockserver.domain.ports import Ids, Store
from mockserver.domain.simulator.calls import ToolFailure
from mockserver.domain.simulator.tools.arguments import number, one_of, text
from mockserver.domain.simulator.tools.files import artifact_of, reference, text_of
from mockserver.domain.simulator.tools.invocation import Answer, Invocation
from mockserver.domain.simulator.tools.lines import lines_of, within_bytes
from mockserver.domain.values import JsonObject

DEFAULT_BYTES, DEFAULT_LINES = 262_144, 200


class ArtifactRead:
    """Reads files."""

    def __init__(self, store: Store, ids: Ids) -> None:
        self._store = store
        self._ids = ids

    def __call__(self, invocation: Invocation) -> Answer:
        """Return a file's reference, encoding, content and metadata (api-facts §4.10).

        Lines count from 1, the last one asked for is included; base64 is not read by lines. What is over the configured limits is
        left out; then `truncated` is true, and a text comes with the number of its lines, so that the rest can be asked for.
        """
        arguments, limits = invocation.arguments, invocation.settings.get("tool_configuration", {})
        artifact = artifact_of(self._store, invocation.place, text(arguments, "artifact_id"))
        encoding = one_of(arguments, "encoding", ("raw", "base64"), "raw")
        most = int(limits.get("max_size_bytes", DEFAULT_BYTES))
        if encoding == "base64":
            content = base64.b64encode(artifact.data[:most]).decode("ascii")
            cut: JsonObject = {"truncated": True} if len(artifact.data) > most else {}
        else:
            lines = lines_of(text_of(artifact, self._ids))
            asked = _asked(lines, number(arguments, "start_line", least=1), number(arguments, "end_line", least=1))
            content = within_bytes("".join(asked[: int(limits.get("max_lines", DEFAULT_LINES))]), most)
            cut = {} if content == "".join(asked) else {"truncated": True, "total_lines": len(lines)}
        named = reference(artifact, invocation.told("artifact_id"))
        return Answer({**named, "encoding": encoding, "content": content, "metadata": artifact.metadata, **cut})


def _asked(lines: list[str], start: int | None, end: int | None) -> list[str]:
    if start is not None and end is not None and end < start:
        raise ToolFailure(f"INVALID_ARGUMENT: end_line {end} is before start_line {start}")
    if start is not None and start > max(len(lines), 1):
        raise ToolFailure(f"INVALID_ARGUMENT: start_line {start} is behind the end, the file has {len(lines)} lines")
    return lines[(start or 1) - 1 : end]
