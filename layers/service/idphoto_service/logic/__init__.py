"""The decisions: request in, answer out; pixels are the engine's, tables and buckets are their modules'."""
