"""Makes the parser of parts: synthetic portraits with true labels, their features, the training (see README.md)."""
