"""`python -m contracts` is `sessions-contracts`."""

from contracts.cli import main

main()
