"""A trading day as values: the image of the morning, the result, the instructions between."""
