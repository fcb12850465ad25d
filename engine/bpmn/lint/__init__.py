"""The gate before a deployment: one rule a file."""
