"""Rows and verbs of the service desk: it knows knowledge and finding, never a request."""
