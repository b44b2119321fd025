"""How alerts reach people: an outbox, one port, five channels."""
