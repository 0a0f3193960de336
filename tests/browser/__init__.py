"""Journeys in a real browser. The folder is a package, so that its fixtures last for
all journeys.
"""
