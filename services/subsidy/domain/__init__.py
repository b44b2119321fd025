"""Pure: aggregates, the arithmetic of programmes, and what is decided about them."""
