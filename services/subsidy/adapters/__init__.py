"""What of subsidy touches the world: the programme files."""
