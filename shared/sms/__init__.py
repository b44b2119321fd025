"""Short messages: one port for all gateways, and the sender that never sends a message twice.

Nothing is imported here: `answers` and `text` are pure, and pure code imports them without the sender.
"""
