"""Requests that Schemathesis generates from the document: what they work on, and what marks what they make."""
