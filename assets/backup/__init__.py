"""Backups of a home: made while it works, one for each state that is worth going back to, and put back into an empty home.

Does not belong here: a home that is made again from what is left of itself (assets.restore), finding damage in it (assets.verify).
"""
