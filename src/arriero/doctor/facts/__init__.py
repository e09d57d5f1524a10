"""What several checks need to know, each asked once in an examination. Nothing here judges."""
