"""Where the state of a world lives, behind `mockserver.domain.ports.Store`."""
