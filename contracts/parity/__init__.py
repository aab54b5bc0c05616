"""Parity: the same promises on two targets, and where these two are not the same."""
