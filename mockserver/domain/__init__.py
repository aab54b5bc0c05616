"""Pure values and functions; README.md in this folder states the rule."""
