"""Importers: a door for files. They read, map and check rows, call the desk's verbs and commit batch by batch."""
