"""One function for each command: it calls one use case and renders what that returns."""
