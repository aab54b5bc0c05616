"""The simulated agent: plan a turn as a value, then let generator stages produce its events."""
