"""A folder of one's own images, from looking at it to a network that was chosen honestly."""
