"""Results as text, one module for each: pure functions of a result and a Look."""
