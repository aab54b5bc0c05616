"""The calls that led to a failure: which they are, as curl to be pasted, and whether they lead there again."""
