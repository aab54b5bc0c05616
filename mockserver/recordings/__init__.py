"""Recordings of a deployment: exchanges as values, how requests are told from each other, what is answered in a replay."""
