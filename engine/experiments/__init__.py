"""Experiments that serve simulated crowds with loops.

- `comparison`: today's rules, an apprentice and an online loop on one crowd, for Compare.
- `lazy_baseline_loop`: a fast loop for the arm of today's rules.
- `business_figures`: payback of learning, segments served worse, and cost of random offers.
- `second_loop`: another loop with other settings on the visitors of a first one, for Play.
- `playthrough`: visits and rewards of a loop as a value that replays them on any seed.
- `loop_questions`: questions about the future of a played loop, and their true answers.
- `ab_test`: an A/B test on a crowd.
- `exploration`: actions never shown, certainty, and repeated draws of a loop, for lessons.
- `log_reports`: estimates from a log beside the truth, for lessons.
- `article_reward_schemes`: the same readers, rewarded for opening or for finishing an article.
- `duel`: a person against the engine on the same visitors.
- `choice_codec`: a person's choices as a short text for a link.
- `race`: many methods on the same crowds, with 95 % intervals.
"""
