"""Editors and agents: their configuration files, in which only what bears our name is ours."""
