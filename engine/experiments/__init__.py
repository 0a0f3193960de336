"""Experiments that serve simulated crowds with loops.

- `apprentice_comparison`: today's rules, an apprentice and a loop online on one crowd.
- `baseline_loop`: a fast loop for the arm of today's rules.
- `business_figures`: payback of learning, segments served worse, rewards of random offers.
- `payback_time`: visitors until learning has paid for itself, with an interval.
- `payback_forecast`: payback beyond the visitors of paired runs, with an interval.
- `second_loop`: another loop with other settings on the visitors of a first one, for Play.
- `recorded_acts`: visits and rewards of a loop as a value that replays them on any seed.
- `loop_questions`: questions about the future of a played loop, and their true answers.
- `power`: the size of an A/B test by a power analysis.
- `ab_test`: the trial of an A/B test and its winner, for a lesson.
- `exploration_measures`: actions never shown, certainty, and repeated draws of a loop, for lessons.
- `estimates_with_truth`: estimates from a log, each with its true value, for lessons.
- `article_reward_schemes`: the same readers, with rewards for opening, for finishing, or both.
- `person_duel`: a person against the engine on the same visitors.
- `choice_codec`: a person's choices as a short text for a link.
- `race`: many methods on the same crowds, with 95 % intervals.
"""
