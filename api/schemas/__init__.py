"""Shapes of what comes in and goes out by JSON; everything in is strict, nothing extra is taken."""
