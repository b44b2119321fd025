"""Gateways behind one port: matching and notify both send."""
