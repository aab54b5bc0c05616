"""Random programs of session calls, as Hypothesis state machines: every answer is held to the reference model."""
