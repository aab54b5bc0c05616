"""`python -m mockserver` is `sessions-mock`."""

from mockserver.cli import main

main()
