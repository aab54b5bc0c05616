"""Aliases in memory, and which sessions were created through them; not safe for several threads by itself."""

from mockserver.domain.aliases import Alias
from mockserver.domain.errors import Refused
from mockserver.domain.ports import Collection
from mockserver.domain.sessions import Session


class Routed:
    """The agents of an alias's sessions, by alias and session key, oldest session first."""

    def __init__(self, aliases: Collection[Alias]) -> None:
        self._aliases = aliases
        self._agents: dict[str, dict[str, str]] = {}

    def remove_alias(self, key: str) -> bool:
        """Remove an alias; say whether it was there. Raises Refused SM372 while it has sessions."""
        if held := len(self._agents.get(key, ())):
            raise Refused("SM372", f"Alias {key} still has sessions ({held}); delete them first.")
        self._agents.pop(key, None)
        return self._aliases.remove(key)

    def check(self, session: Session) -> None:
        """Hold a new session against its alias, if it has one. Raises Refused SM309, SM373."""
        if session.alias_key is None:
            return
        if self._aliases.get(session.alias_key) is None:
            raise Refused("SM309", f"There is no alias {session.alias_key!r}.", missing_id=session.alias_key)
        if self.agent_of(session.alias_key, session.key) is not None:
            message = f"Alias {session.alias_key} already has a session with key {session.key!r}."
            raise Refused("SM373", message, fields={"/key": "is taken"})

    def add(self, session: Session) -> None:
        """Note the newest session."""
        if session.alias_key is not None:
            self._agents.setdefault(session.alias_key, {})[session.key] = session.agent_key

    def forget(self, session: Session) -> None:
        """Forget a session that is removed."""
        if session.alias_key is not None:
            self._agents.get(session.alias_key, {}).pop(session.key, None)

    def agent_of(self, alias_key: str, key: str) -> str | None:
        """Return the agent of a session."""
        return self._agents.get(alias_key, {}).get(key)

    def newest_first(self, alias_key: str) -> list[tuple[str, str]]:
        """Return agent and key of each session of an alias."""
        return [(agent_key, key) for key, agent_key in reversed(self._agents.get(alias_key, {}).items())]
