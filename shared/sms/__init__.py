"""Short messages: one port for all gateways, and the sender that never sends a message twice.

Nothing is imported here: `answers`, `text` and `places` are pure, and pure code imports them without the sender.
"""
