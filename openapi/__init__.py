"""The OpenAPI document of the Sessions API; nothing in this folder computes."""

from pathlib import Path
from typing import Final

DOCUMENT: Final[Path] = Path(__file__).with_name("openapi.yaml")
