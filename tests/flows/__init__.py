"""Stories in a real browser, over a desk that is really served."""
