"""Alerts and the work that follows from them."""
