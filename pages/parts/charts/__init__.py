"""Charts: specifications built once per world and theme, and the rows they draw.

A specification holds no data: building and validating a chart in Altair costs 20 ms, sending rows
to an existing chart costs a fraction. Domains are fixed or grow in steps, so axes seldom jump.
"""
