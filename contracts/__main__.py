"""`python -m contracts` is `sessions-contracts`."""

import sys


def main() -> None:
    """Run the command; where its libraries are not installed, say how to get them."""
    try:
        from contracts.cli import main as command  # noqa: PLC0415 - it may not be there
    except ModuleNotFoundError as error:
        sys.stderr.write(f"Error: `sessions-contracts` needs {error.name}: pip install 'sessionsuite[contracts]'\n")
        sys.exit(2)
    command()


if __name__ == "__main__":
    main()
