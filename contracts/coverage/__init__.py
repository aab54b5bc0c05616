"""What of the API a run has held to a promise, and what it has not touched."""
