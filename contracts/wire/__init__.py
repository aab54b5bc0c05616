"""The one way to a target: what may be sent, how much and how fast, what is kept of it. Every request of a run takes it."""
