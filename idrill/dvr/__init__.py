"""Data validation and reconciliation: which values can be trusted, and how far."""
