"""Templates and overrides, drawn together with what they have to become: the oracles of templating."""
