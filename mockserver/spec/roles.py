"""Which role contains which, as `x-role-inheritance` in the document has it."""

from urllib.parse import urljoin

from mockserver.domain.grants import ON_ACCOUNT, ON_AGENT, ON_CORPUS, Inheritance, Role, inheritance_of
from mockserver.spec.document import Document


def inheritance(document: Document) -> Inheritance:
    """Read the inheritance of the roles of every kind."""
    direct: dict[Role, list[Role]] = {}
    for kind in (ON_ACCOUNT, ON_CORPUS, ON_AGENT):
        schema = document.at(urljoin(document.root, f"schemas/roles.yaml#/{kind}"))
        for name, entries in schema.node["x-role-inheritance"].items():
            direct[kind, name] = [(entry["type"], role) for entry in entries for role in entry["roles"]]
    return inheritance_of(direct)
