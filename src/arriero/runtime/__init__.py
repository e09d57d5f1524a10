"""What can serve a model, behind one Backend protocol."""
