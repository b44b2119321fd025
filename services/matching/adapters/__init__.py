"""What of matching touches the world: short messages."""
