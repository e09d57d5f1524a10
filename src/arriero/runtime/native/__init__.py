"""Serves slots with engine processes. Kept empty of imports: a supervisor starts from here and must stay small."""
