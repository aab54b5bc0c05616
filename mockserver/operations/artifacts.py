"""The operations on artifacts (api-facts §4.9)."""

from collections.abc import Iterable
from functools import partial
from itertools import dropwhile, islice

from mockserver.domain.artifacts import Artifact
from mockserver.domain.errors import Refused
from mockserver.domain.paging import page
from mockserver.operations.call import Call, Reply, Services, listed
from mockserver.operations.find import session_of


def list_session_artifacts(call: Call, services: Services) -> Reply:
    """List a session's files without their data; those whose time is over are gone.

    A stored file never changes, so that both times of `sort_by` are the same.
    """
    session, now = session_of(call, services), services.clock.now()
    by, order = call.parameters["sort_by"], call.parameters["order_by"]

    def after(position: int | None) -> Iterable[Artifact]:
        rows = sorted(
            services.store.artifacts(session),
            key=lambda artifact: (artifact.created_at, artifact.sequence),
            reverse=order == "desc",
        )
        return rows if position is None else islice(dropwhile(lambda row: row.sequence != position, rows), 1, None)

    found = page(
        after,
        listing=repr(("artifacts", session.sequence, by, order)),
        key=call.parameters["page_key"],
        limit=call.parameters["limit"],
        keep=lambda artifact: not artifact.has_expired(now),
    )
    return listed("artifacts", found, partial(Artifact.as_json, with_data=False))


def get_session_artifact(call: Call, services: Services) -> Reply:
    """Return a file with its data. Raises Refused SM316 where there is none, or its time is over."""
    artifact_id = call.parameters["artifact_id"]
    artifact = services.store.artifact(session_of(call, services), artifact_id)
    if artifact is None or artifact.has_expired(services.clock.now()):
        raise Refused("SM316", f"Session {call.session_key} has no artifact {artifact_id!r}.", missing_id=artifact_id)
    return Reply(200, artifact.as_json(with_data=True))
