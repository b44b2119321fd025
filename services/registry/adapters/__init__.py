"""What of registry touches the world: the vault, the contact cards, the clock."""
