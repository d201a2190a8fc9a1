"""Measures the assistant as its users meet it: questions in, answers out. Imports its records, settings, pipeline and wire form only."""
