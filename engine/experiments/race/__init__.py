"""A race: several methods on the same simulated crowds.

- `contenders`: the methods and their settings; `line_up` returns all for a world.
- `contender_players`: a contender at work on one crowd, without validation and log.
- `person_contender`: a person's choices as a contender.
- `plan`: world, contenders, visitors, repetitions, delays and changes of tastes, with limits.
- `runs`: one contender on one crowd, computed in any executor.
- `standings`: means, curves and intervals from the results of the runs.
"""
