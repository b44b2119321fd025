"""What the backbone costs, measured against a loop that does the least that could be done."""
