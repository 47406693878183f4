"""How a home stands: what `danvan doctor` says of it, what a monitor reads. Nothing here waits for a writer."""
