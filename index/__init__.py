"""Text in, ranked ids out. Nothing here knows the desk, its database or its pages."""
