"""One module for each group of requirements; each has a `suite`."""
