"""The screens: each draws what it is given, asks, and hands answers on."""
