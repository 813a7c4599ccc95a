"""The back-test: the desk's own incidents, asked again as of the moment they were recorded, by several rankings."""
