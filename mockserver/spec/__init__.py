"""The OpenAPI document as frozen values: what it says about operations, and validators compiled from it once."""
