"""From a stream to a committed, published, acknowledged effect."""
