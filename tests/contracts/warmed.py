"""What every run of the contracts reads from the document, read when this is imported: forks of the process have it already."""

from contracts.document import event_order
from contracts.operations import operations
from contracts.schemas import at
from mockserver.app import create_app

create_app()
event_order()
for operation in operations():
    at(operation.place)
