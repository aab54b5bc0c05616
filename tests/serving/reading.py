"""Streams that are read beside the test."""

import json
from threading import Event, Thread

import httpx

LONGEST_WAIT = 10.0


class Reading(Thread):
    """Reads a stream to its end in a thread of its own. It has begun when it is made: the first frame is there."""

    def __init__(self, url, path, body, **headers):
        super().__init__(daemon=True)
        self.frames, self.broke = [], False
        self._begun = Event()
        self._call = {"url": f"{url}{path}/events", "json": {**body, "stream_response": True}}
        self._headers = {"x-api-key": "mock-owner", **headers}
        self.start()
        assert self._begun.wait(LONGEST_WAIT)

    def run(self):
        try:
            with httpx.stream("POST", **self._call, headers=self._headers, timeout=60) as response:
                for line in response.iter_lines():
                    if line.startswith("data: "):
                        self.frames.append(json.loads(line.removeprefix("data: ")))
                        self._begun.set()
        except httpx.TransportError:
            self.broke = True

    def ended(self, within=LONGEST_WAIT):
        """Wait for the end of the stream; return the types of its frames, each kind once in a row."""
        self.join(within)
        assert not self.is_alive()
        types = [frame["type"] for frame in self.frames]
        return [kind for place, kind in enumerate(types) if place == 0 or types[place - 1] != kind]


def pace(**parts):
    """The header that gives a turn its pace."""
    return {"X-Mock-Physics": ", ".join(f"{name}={value}" for name, value in parts.items())}
