"""What every room may use and nothing of which knows a room: errors, names, units, progress, paths, clock, files."""
