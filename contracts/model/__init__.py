"""A reference model of sessions: what every call makes of them, by the facts alone. Pure: it asks nobody and changes nothing.

Where the facts leave something to the service (a name that was not given, the order of a listing) the model has no opinion.
"""
