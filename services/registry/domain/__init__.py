"""Pure decisions of registry."""
