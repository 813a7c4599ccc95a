"""The pages: thin views that read a form, call one verb and return one page."""
