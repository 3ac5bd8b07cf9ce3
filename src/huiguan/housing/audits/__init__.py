"""Draws of other cities, replayed: R's weighted sampling, RFC 3797, preference buckets."""
