"""Snapshots: all that a store holds as JSON, nothing lost, so that another store can hold it again."""

STATE = "state"
"""The part of a world file that is a snapshot."""
