"""Drift: in what our document and another one of the same API differ, and what that means for who builds on ours."""
