"""How many visitors come in lessons whose texts say so."""

WATCHED, ONLINE = 200, 100
"""Whom an apprentice watches, and whom it then serves."""
TRIED = 200
"""Who come at one press where greedy and Thompson sampling are compared."""
