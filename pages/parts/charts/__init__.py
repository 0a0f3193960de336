"""The charts: specifications built once per world and theme, and the rows they draw.

A specification holds no data: building and validating a chart in Altair costs 20 ms,
sending rows to one that is there costs a fraction. Domains are fixed, so that axes
never jump while one looks.
"""
