"""Refuses a deployment that would take from an installation what it has."""
