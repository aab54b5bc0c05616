"""The OpenAPI document of the Sessions API; nothing in this folder computes."""

from pathlib import Path
from typing import Final

DOCUMENT: Final[Path] = Path(__file__).with_name("openapi.yaml")
REVIEWED: Final[Path] = Path(__file__).with_name("reviewed.yaml")
"""Where it differs on purpose from the one that the platform publishes, by reasons; `sessions-contracts drift` reads it."""
