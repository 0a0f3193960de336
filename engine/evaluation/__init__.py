"""Off-policy evaluation and analysis of a loop's log.

The input:

- `logged_decisions`: decisions of a log as columns, the input of all estimators.
- `files`: logs in CSV, Parquet, dsjson and exported loops, read in batches.
- `log_fitness`: checks of a log before any estimate, such as shares against probabilities.
- `simulated_log`: the log of a fresh loop that serves a fresh crowd of a world.
- `event_rows`: events as plain rows, for a table or a CSV file.

Values of policies:

- `target_policies`: policies to evaluate, as probabilities of each event's actions.
- `log_rules`: rules over the context columns of a log, for a log of no known world.
- `estimators`: off-policy estimators of a policy's value.
- `offline_evaluation`: estimated rewards of policies from the log of another policy.
- `policy_difference`: difference of two policies' values on the same log.
- `running_estimates`: estimates over growing prefixes of a log, and over consecutive segments.
- `binned_evaluation`: offline evaluation in bins of five minutes, whose sums add up.
- `rounding_uncertainty`: uncertainty of a value caused by rounded probabilities.
- `interval_coverage`: share of intervals that contain the true value, in repeated experiments.
- `random_policies`: random policies, with their estimated and their true values.
- `mean_intervals`: means over repetitions with their sampling error.
- `world_periods`: rewards, limits and true values of a log over successive worlds.
- `log_jobs`: stored jobs on the log of a loop, such as evaluations, done in steps.

Apprentices and settings:

- `apprentice_agreement`: agreement of an apprentice's choices with those of the baseline.
- `mode_period_sums`: sums of rewards and matches by period of a learning mode, for metrics.
- `switch_value`: bounds on the value of sending an apprentice online.
- `settings_tuning`: candidate settings tried on one half of a log and judged on the other.
- `automatic_optimisation`: settings near a stored loop's own, evaluated at intervals and applied.

A loop's model:

- `belief_contributions`: lead of an action over another by context fields, and effect of a reward.
- `probability_parts`: an action's probability, split into belief and exploration.
- `favoured_actions`: most probable action in each context of a world.
- `answer_reach`: contexts in which an answer changed how an action compares with the others.
- `learned_weights`: contributions of context values to expected rewards.
- `field_importance`: reward lost if requests came without a field.
- `learning_curve`: rewards and regret of a loop before a simulated crowd.
- `stored_learning_curve`: the rewards of a stored loop, from its log alone.
- `curve_points`: rolling means, and thinning to the points that a chart needs.

A world from a log:

- `world_from_log`: a world that simulates a log.
- `context_fields`: a log's contexts as fields of a world.
- `reward_shrinkage`: mean rewards by context and action, shrunk towards a sum of effects.
"""
