"""A stateful mock of an agent platform's Sessions API. `mockserver.app.create_app` builds it."""
