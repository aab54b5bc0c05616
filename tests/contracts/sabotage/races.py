"""Servers that are right as long as one client asks after the other.

Where a server looks and then acts, it waits between the two for another request to come by, a moment at the most: what is rare
elsewhere happens here whenever two clients are at work.
"""

from collections.abc import Callable
from dataclasses import replace
from threading import Condition
from typing import Any

from mockserver.domain.errors import Refused
from mockserver.domain.sessions import create, update
from mockserver.operations.call import Handler, Reply
from mockserver.operations.find import missing_session, session_of
from tests.contracts.sabotage.making import Wsgi, with_handlers

MOMENT_SECONDS = 0.08
Around = Callable[[Handler], Handler]


class Crossing:
    """Holds who comes until the next one comes, for a moment at the most."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._came = 0

    def wait(self) -> None:
        with self._condition:
            self._came += 1
            mine = self._came
            self._condition.notify_all()
            self._condition.wait_for(lambda: self._came > mine, MOMENT_SECONDS)


def _waiting_before(sound: Handler, crossing: Crossing) -> Handler:
    def handled(call, services):
        crossing.wait()
        return sound(call, services)

    return handled


def loses_the_update_of_another() -> Wsgi:
    """A PATCH writes back the whole session as it was read."""
    crossing = Crossing()

    def make(_: Handler) -> Handler:
        def updated(call, services):
            before = session_of(call, services)
            crossing.wait()
            changed = services.store.change_session(before.agent_key, before.key, lambda _: update(before, call.body))
            if changed is None:
                raise missing_session(call)
            return Reply(200, changed.as_json())

        return updated

    return with_handlers(update_agent_session=make)


def brings_back_what_is_changed_while_it_is_removed() -> Wsgi:
    crossing = Crossing()

    def make(sound: Handler) -> Handler:
        def updated(call, services):
            before = session_of(call, services)
            crossing.wait()
            if services.store.session(before.agent_key, before.key) is None:
                services.store.add_session(before)
            return sound(call, services)

        return updated

    return with_handlers(update_agent_session=make)


def removes_one_session_for_two() -> Wsgi:
    """Who has found the session to be removed is told that it is gone, whoever removed it."""
    crossing = Crossing()

    def make(_: Handler) -> Handler:
        def deleted(call, services):
            session = session_of(call, services)
            crossing.wait()
            services.store.remove_session(session)
            return Reply(204)

        return deleted

    return with_handlers(delete_agent_session=make)


def _copied(name: Callable[[Any], Any]) -> tuple[Around, Around]:
    """How a change makes a copy of a kind invalid, and how the copy is read."""
    crossing, copies = Crossing(), {}

    def changing(sound: Handler) -> Handler:
        def changed(call, services):
            copies.pop(name(call), None)
            crossing.wait()
            return sound(call, services)

        return changed

    def reading(sound: Handler) -> Handler:
        def read(call, services):
            key = (name(call), str(dict(call.parameters)))
            found = copies.get(name(call), {}).get(key)
            if found is None:
                found = sound(call, services)
                copies.setdefault(name(call), {})[key] = found
            return found

        return read

    return changing, reading


def gives_a_key_to_all_who_find_it_free() -> Wsgi:
    """The last one's session is there."""
    crossing = Crossing()

    def make(sound: Handler) -> Handler:
        def created(call, services):
            was_free = services.store.session(call.agent_key, call.body.get("key", "")) is None
            crossing.wait()
            there = services.store.session(call.agent_key, call.body.get("key", ""))
            if was_free and there:
                services.store.remove_session(there)
            return sound(call, services)

        return created

    return with_handlers(create_agent_session=make)


def tells_everybody_that_he_was_first() -> Wsgi:
    """One session is made, and all who asked while it was not there hear that theirs was."""
    crossing = Crossing()

    def make(sound: Handler) -> Handler:
        def created(call, services):
            was_free = services.store.session(call.agent_key, call.body.get("key", "")) is None
            crossing.wait()
            try:
                return sound(call, services)
            except Refused:
                there = services.store.session(call.agent_key, call.body.get("key", ""))
                if not (was_free and there):
                    raise
                now, compaction = services.clock.now(), there.effective_compaction
                told = create(call.body, key=there.key, agent_key=there.agent_key, compaction=compaction, now=now)
                return Reply(201, told.as_json())

        return created

    return with_handlers(create_agent_session=make)


def refuses_all_who_ask_for_one_key() -> Wsgi:
    """Who sees that somebody else wants the key gives way, and so does the other."""
    crossing, wanted = Crossing(), []

    def make(sound: Handler) -> Handler:
        def created(call, services):
            key = call.body.get("key")
            wanted.append(key)
            crossing.wait()
            if key and wanted.count(key) > 1:
                raise Refused("SM313", f"Somebody else wants the key {key!r}.", fields={"/key": "is taken"})
            reply = sound(call, services)
            wanted.remove(key)
            return reply

        return created

    return with_handlers(create_agent_session=make)


def changes_field_by_field() -> Wsgi:
    crossing = Crossing()

    def make(sound: Handler) -> Handler:
        def updated(call, services):
            for name in call.body:
                reply = sound(replace(call, body={name: call.body[name]}), services)
                crossing.wait()
            return reply if call.body else sound(call, services)

        return updated

    return with_handlers(update_agent_session=make)


def reads_field_by_field() -> Wsgi:
    crossing = Crossing()

    def make(sound: Handler) -> Handler:
        def read(call, services):
            name = sound(call, services).body["name"]
            crossing.wait()
            reply = sound(call, services)
            return Reply(200, {**reply.body, "name": name})

        return read

    return with_handlers(get_agent_session=make, update_agent_session=lambda sound: _waiting_before(sound, crossing))


def lists_names_from_an_index() -> Wsgi:
    """The index of names is looked up first, the sessions after it."""
    crossing = Crossing()

    def make(sound: Handler) -> Handler:
        def listed(call, services):
            index = {row["key"]: row["name"] for row in sound(call, services).body["sessions"]}
            crossing.wait()
            body = sound(call, services).body
            rows = [{**row, "name": index.get(row["key"], row["name"])} for row in body["sessions"]]
            return Reply(200, {**body, "sessions": rows})

        return listed

    return with_handlers(list_agent_sessions=make, update_agent_session=lambda sound: _waiting_before(sound, crossing))


def deletes_one_event_for_two() -> Wsgi:
    crossing = Crossing()

    def make(sound: Handler) -> Handler:
        def deleted(call, services):
            session, event_id = session_of(call, services), call.parameters["event_id"]
            if services.store.event(session, event_id) is None:
                return sound(call, services)
            crossing.wait()
            services.store.remove_event(session, event_id)
            return Reply(204)

        return deleted

    return with_handlers(delete_agent_event=make)


def turns_an_event_over() -> Wsgi:
    """Who finds an event in the other state turns it over, and so does who finds it so at the same time."""
    crossing = Crossing()

    def to(hidden: bool) -> Around:
        def make(sound: Handler) -> Handler:
            def changed(call, services):
                session, event_id = session_of(call, services), call.parameters["event_id"]
                before = services.store.event(session, event_id)
                crossing.wait()
                if before is None or before.hidden is hidden:
                    return sound(call, services) if before is None else Reply(200, before.as_json())
                services.store.change_event(session, event_id, lambda event: replace(event, hidden=not event.hidden))
                return Reply(200, before.as_json())

            return changed

        return make

    return with_handlers(hide_agent_event=to(hidden=True), unhide_agent_event=to(hidden=False))


def lists_events_from_a_copy_that_is_made_too_early() -> Wsgi:
    changing, reading = _copied(lambda call: call.parameters.get("session_key"))
    names = ("hide_agent_event", "unhide_agent_event", "delete_agent_event", "create_agent_input")
    return with_handlers(list_agent_events=reading, **dict.fromkeys(names, changing))


def lists_sessions_from_a_copy_that_is_made_too_early() -> Wsgi:
    changing, reading = _copied(lambda call: call.parameters.get("agent_key"))
    names = ("create_agent_session", "update_agent_session", "delete_agent_session")
    return with_handlers(list_agent_sessions=reading, **dict.fromkeys(names, changing))


def lists_by_place() -> Wsgi:
    """One half of a page is read, then the other, by their places in a listing that has moved meanwhile."""
    crossing = Crossing()

    def make(sound: Handler) -> Handler:
        def listed(call, services):
            rows = sound(call, services).body["sessions"]
            half = (len(rows) + 1) // 2
            crossing.wait()
            body = sound(call, services).body
            return Reply(200, {**body, "sessions": [*rows[:half], *body["sessions"][half:]]})

        return listed

    names = ("create_agent_session", "delete_agent_session")
    held = dict.fromkeys(names, lambda sound: _waiting_before(sound, crossing))
    return with_handlers(list_agent_sessions=make, **held)


def lists_keys_and_then_their_sessions() -> Wsgi:
    """What is gone meanwhile is listed by its key, with nothing in it."""
    crossing = Crossing()

    def make(sound: Handler) -> Handler:
        def listed(call, services):
            body = sound(call, services).body
            crossing.wait()
            rows = []
            for row in body["sessions"]:
                session = services.store.session(call.agent_key, row["key"])
                rows.append(session.as_json() if session else {**row, "name": row["key"], "metadata": {}})
            return Reply(200, {**body, "sessions": rows})

        return listed

    held = {"delete_agent_session": lambda sound: _waiting_before(sound, crossing)}
    return with_handlers(list_agent_sessions=make, **held)
