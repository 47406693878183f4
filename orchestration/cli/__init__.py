"""The ``danvan`` command line. Does not belong here: data logic."""
