"""Stateless promises about single answers: the order of a turn's events, the form of a stream."""
