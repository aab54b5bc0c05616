"""Where the facts leave a choice: what may be asked of a target, how it is found out, and what the target speaks."""
