"""The transport under every client of a run: it lets a request pass or not, keeps what was said, and hands on the rest."""

import httpx

from contracts.wire.exchange import Conversation
from contracts.wire.recorder import Recorder


class Wire(httpx.BaseTransport):
    """Sends by another transport."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.recorder = Recorder()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises what the inner transport raises."""
        request.read()
        conversation = Conversation(request)
        self.recorder.note(conversation)
        response = self._inner.handle_request(request)
        conversation.answered(response)
        return response

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()
