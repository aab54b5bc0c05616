"""Serve the mock with Granian."""
