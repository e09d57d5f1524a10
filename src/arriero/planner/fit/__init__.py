"""What a model needs and where it fits, from its header alone.

Face: `reading.read_shape` (a parsed header to a ModelShape), `predicting.predict` (shape, request and budget to a
FitPlan), `gpus` (cards that are known by name).

Invariant: pure, as the whole planner is; and whatever is not known exactly is taken as the larger, so that a promised
fit holds. Where the rules come from: docs/explanation/fit.md.
"""
