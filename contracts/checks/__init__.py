"""Stateless promises about single answers: what each says, the order of a turn's events, the form of a stream."""
