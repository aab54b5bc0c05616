"""The operations on app clients (api-facts §1.4); only owners and administrators come here, and they see all of them."""

from mockserver.domain.access import roles_of
from mockserver.domain.credentials import AppClient, new_app_client, updated_app_client
from mockserver.domain.errors import Refused
from mockserver.domain.paging import page
from mockserver.operations.call import NOT_STORED, Call, Reply, Services, listed
from mockserver.operations.credentials import free_id_attempt, made_id, made_secret, refuse_roles_beyond
from mockserver.operations.find import pattern_of


def create_app_client(call: Call, services: Services) -> Reply:
    """Make an app client, and show its secret this once. Raises Refused SM391 for roles that the caller may not give."""
    name, clients = call.body["name"], services.store.app_clients
    refuse_roles_beyond(call, roles_of(call.body), services)
    attempt = free_id_attempt("app", name, services, lambda app_id: clients.get(app_id) is not None)
    while True:
        secret = made_secret("", name, services, attempt)
        client = new_app_client(
            call.body,
            app_id=made_id("app", name, services, attempt),
            client_id=made_secret("client-", name, services, attempt),
            secret=secret,
        )
        if clients.add(client) is not None:
            return Reply(201, client.as_json(secret), headers=NOT_STORED)
        attempt += 1


def list_app_clients(call: Call, services: Services) -> Reply:
    """List the app clients, newest first, by `filter` (name)."""
    matches = pattern_of(call)
    found = page(
        services.store.app_clients.listed,
        listing=repr(("app_clients", call.parameters["filter"])),
        key=call.parameters["page_key"],
        limit=call.parameters["limit"],
        keep=lambda client: matches(client.name),
    )
    return listed("app_clients", found, AppClient.as_json)


def get_app_client(call: Call, services: Services) -> Reply:
    """Return an app client without its secret."""
    return _found(call, services.store.app_clients.get(call.parameters["app_client_id"]))


def update_app_client(call: Call, services: Services) -> Reply:
    """Change what the body names; its tokens have the new roles at once. Raises Refused SM391 as for a new one."""

    def change(client: AppClient) -> AppClient:
        changed = updated_app_client(client, call.body)
        refuse_roles_beyond(call, changed.roles, services, had=client.roles)
        return changed

    return _found(call, services.store.app_clients.change(call.parameters["app_client_id"], change))


def delete_app_client(call: Call, services: Services) -> Reply:
    """Remove an app client; its tokens end with it."""
    if not services.store.app_clients.remove(call.parameters["app_client_id"]):
        raise _missing(call)
    return Reply(204)


def _found(call: Call, client: AppClient | None) -> Reply:
    if client is None:
        raise _missing(call)
    return Reply(200, client.as_json())


def _missing(call: Call) -> Refused:
    app_id = call.parameters["app_client_id"]
    return Refused("SM393", f"There is no app client {app_id!r}.", missing_id=app_id)
