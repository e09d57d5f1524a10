"""The use cases: each takes a World, acts, observes again, and returns a result. None of them prints or prompts.

Invariant: what a result calls done was seen after acting, never assumed.
"""
