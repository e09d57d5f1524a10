"""Serves slots with containers: Compose brings them up, the Engine API looks at them and ends them."""
