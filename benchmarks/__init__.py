"""Speed, side by side with the usual way of doing the same. Never a timed test."""
